namespace Distributed.Algorithms.Merging;

/// <summary>What a merger can be told; each has a record of its own, with defaults and ranges.</summary>
public abstract record MergerParameters;

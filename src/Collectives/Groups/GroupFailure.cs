namespace Distributed.Collectives.Groups;

/// <summary>Why a group is broken.</summary>
/// <param name="Code">The machine-readable reason.</param>
/// <param name="Rank">The rank that is lost, late, or whose call was the cause; -1 where it is not known.</param>
/// <param name="Message">What happened, for a person.</param>
public sealed record GroupFailure(FailureCode Code, int Rank, string Message);

namespace Distributed.Node.Merging;

/// <summary>How a model does.</summary>
/// <param name="Loss">Mean loss of an example.</param>
/// <param name="Accuracy">Share of examples that it gets right, from 0 to 1.</param>
public sealed record ProbeScore(double Loss, double Accuracy);

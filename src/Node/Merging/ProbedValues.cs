namespace Distributed.Node.Merging;

/// <summary>Values that a layer took or gave for a batch, copied out: row-major [samples, channels, space].</summary>
/// <param name="Values">The numbers.</param>
/// <param name="Space">Values of a channel in one sample.</param>
internal sealed record ProbedValues(float[] Values, int Space);

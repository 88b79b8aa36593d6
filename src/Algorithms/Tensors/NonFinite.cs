namespace Distributed.Algorithms.Tensors;

/// <summary>Numbers that are NaN or infinite.</summary>
/// <param name="Tensor">The first tensor that holds one.</param>
/// <param name="Count">How many there are in the whole model.</param>
public sealed record NonFinite(string Tensor, long Count);

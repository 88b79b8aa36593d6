using System.Numerics;

namespace Distributed.Algorithms.Aggregation;

/// <summary>
/// A small labelled set on the server's side, seen as a loss over flat models. Implement <see cref="IProxyObjective{T}"/>.
/// </summary>
public interface IProxyObjective
{
    /// <summary>Number of batches in an epoch, at least 1.</summary>
    int BatchCount { get; }

    /// <summary>Called before each epoch, from 0, so that the batches can be shuffled anew.</summary>
    /// <param name="epoch">The epoch.</param>
    void StartEpoch(int epoch);
}

/// <summary>
/// The loss of a flat model on the proxy set and its gradient. A flat model is the trainable tensors, row-major, one behind the other in
/// the manifest's order.
/// </summary>
/// <typeparam name="T"><see cref="float"/>, or <see cref="double"/> where more digits are wanted.</typeparam>
public interface IProxyObjective<T> : IProxyObjective
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>The mean loss of one batch and its gradient.</summary>
    /// <param name="batch">The batch, from 0 to <see cref="IProxyObjective.BatchCount"/> - 1.</param>
    /// <param name="model">The flat model.</param>
    /// <param name="gradient">Takes the gradient, as long as the model.</param>
    double Evaluate(int batch, ReadOnlySpan<T> model, Span<T> gradient);

    /// <summary>The mean loss over the whole proxy set.</summary>
    /// <param name="model">The flat model.</param>
    double Loss(ReadOnlySpan<T> model);
}

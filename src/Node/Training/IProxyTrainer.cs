using Distributed.Algorithms.Aggregation;

namespace Distributed.Node.Training;

/// <summary>The proxy set and a trainer's resident model, for the aggregation of one round.</summary>
internal interface IProxyTrainer : IProxyObjective<float>
{
    /// <summary>
    /// Estimates running statistics anew: one pass over the whole proxy set in training mode, the plain mean over its batches (FedLAW, ICML 2023, leaves the
    /// moving averages of the search behind instead). A model without such statistics stays as it is.
    /// </summary>
    /// <param name="state">A state of the model; its buffers are replaced, its parameters stay.</param>
    void Recalibrate(Span<byte> state);
}

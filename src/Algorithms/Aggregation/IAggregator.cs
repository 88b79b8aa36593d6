using Distributed.Algorithms.Tensors;

namespace Distributed.Algorithms.Aggregation;

/// <summary>
/// Makes the next model out of the models that clients returned. Same input, same bits: neither the order of arrival nor the number of
/// threads nor the size of the buffers shows in the result. An instance keeps nothing between two calls.
/// </summary>
public interface IAggregator
{
    /// <summary>Aggregates one round.</summary>
    /// <param name="input">What the round brought.</param>
    /// <param name="output">
    /// Takes the new model, every byte of the manifest once. Unless the report's outcome is <see cref="AggregateOutcome.Updated"/>, nothing
    /// or something useless was written and the model stays what it was.
    /// </param>
    /// <param name="cancellation">Stops the work between two blocks.</param>
    /// <exception cref="OperationCanceledException">The work was stopped.</exception>
    /// <exception cref="IOException">A model could not be read or the new one not be written.</exception>
    AggregateReport Aggregate(AggregationInput input, ITensorWriter output, CancellationToken cancellation = default);
}

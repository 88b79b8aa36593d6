using System.Collections.Immutable;
using Distributed.Protocols.Transfers;

namespace Distributed.Node.Training;

/// <summary>Which client trains in which round.</summary>
/// <param name="Round">Round, 1 and up.</param>
/// <param name="Client">Client id.</param>
internal readonly record struct TrainOrder(int Round, int Client);

/// <summary>What local training amounted to.</summary>
/// <param name="Examples">Examples of the client.</param>
/// <param name="Loss">Mean training loss of the last epoch; 0 when nothing was trained.</param>
/// <param name="Steps">Optimizer steps.</param>
internal readonly record struct TrainResult(int Examples, double Loss, int Steps)
{
    /// <summary>Figures for the round's record, as <see cref="UpdateMetrics"/> bounds them; null for none.</summary>
    public ImmutableSortedDictionary<string, double>? Metrics { get; init; }
}

/// <summary>Sums over the examples of one shard.</summary>
/// <param name="Examples">Examples seen.</param>
/// <param name="LossSum">Sum of their losses.</param>
/// <param name="Correct">Number answered right.</param>
internal readonly record struct EvaluationResult(long Examples, double LossSum, long Correct)
{
    /// <summary>Sums over the text of each domain in the shard; null where the task has no text.</summary>
    public IReadOnlyList<DomainSum>? Domains { get; init; }
}

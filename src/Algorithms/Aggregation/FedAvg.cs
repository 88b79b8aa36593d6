using System.ComponentModel.DataAnnotations;
using Distributed.Algorithms.Tensors;

namespace Distributed.Algorithms.Aggregation;

/// <summary>Parameters of federated averaging (McMahan et al. 2017): x = γ Σ n w / Σ n.</summary>
public sealed record FedAvgParameters : AggregatorParameters
{
    /// <summary>
    /// γ: shrinks the averaged parameters (not the buffers) once a round, like weight decay; FedLAW learns it, 0.95 is a good guess.
    /// </summary>
    /// <value>1: plain averaging.</value>
    [Range(0.0, 2.0, MinimumIsExclusive = true)]
    public double Gamma { get; init; } = 1;
}

internal sealed class FedAvg(FedAvgParameters parameters) : IAggregator
{
    public AggregateReport Aggregate(AggregationInput input, ITensorWriter output, CancellationToken cancellation = default)
    {
        if (!Cohort.TryWeighted(input, out var cohort, out var unchanged)) return unchanged;
        var rules = LayerRules.For(input.Manifest, cohort.Mean(parameters.Gamma), cohort.Mean());
        return BlockFold.Run(input, cohort, rules, output, cancellation) with { State = input.State };
    }
}

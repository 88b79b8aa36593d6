using System.Collections.Immutable;
using System.ComponentModel.DataAnnotations;
using Distributed.Algorithms.Tensors;

namespace Distributed.Algorithms.Aggregation;

/// <summary>Over what a divergence is measured.</summary>
public enum LDawaScope
{
    /// <summary>Each tensor by itself: the published rule.</summary>
    Layer,
    /// <summary>One cosine over all tensors of a client, laid one behind the other (DAWA).</summary>
    Model,
}

/// <summary>How the clients are weighted against each other.</summary>
public enum LDawaWeights
{
    /// <summary>Equally: the published code.</summary>
    Uniform,
    /// <summary>By their number of examples.</summary>
    Examples,
}

/// <summary>
/// Parameters of layer-wise divergence-aware weight aggregation (Rehman et al., ICCV 2023): each client's tensor is multiplied by the
/// cosine between it and the global tensor before the mean is taken. The factors are not normalised, so every round shrinks.
/// </summary>
public sealed record LDawaParameters : AggregatorParameters
{
    /// <summary>Over what the cosine is taken.</summary>
    /// <value><see cref="LDawaScope.Layer"/>.</value>
    public LDawaScope Scope { get; init; } = LDawaScope.Layer;

    /// <summary>How the clients are weighted; a client of weight 0 is left out either way.</summary>
    /// <value><see cref="LDawaWeights.Uniform"/>.</value>
    public LDawaWeights Weights { get; init; } = LDawaWeights.Uniform;

    /// <summary>
    /// Whether running statistics are averaged without the factor. The published code scales them too, at best harmlessly.
    /// </summary>
    /// <value>True.</value>
    public bool SkipBuffers { get; init; } = true;

    /// <summary>First rounds in which the plain average by examples is taken: cosines against a random start say nothing.</summary>
    /// <value>3.</value>
    [Range(0, int.MaxValue)]
    public int WarmupRounds { get; init; } = 3;
}

internal sealed class LDawa(LDawaParameters parameters) : IAggregator
{
    public AggregateReport Aggregate(AggregationInput input, ITensorWriter output, CancellationToken cancellation = default)
    {
        if (!Cohort.TryWeighted(input, out var cohort, out var unchanged)) return unchanged;
        if (input.Round < parameters.WarmupRounds)
            return new FedAvg(new FedAvgParameters { Buffers = parameters.Buffers }).Aggregate(input, output, cancellation);

        var factors = Factors(input, cohort, cancellation);
        var byExamples = parameters.Weights == LDawaWeights.Examples;
        var divisor = byExamples ? cohort.TotalWeight : cohort.Updates.Count;
        var rules = LayerRules.For(input.Manifest, (i, _) => new Combination(
            [.. factors[i].Select((factor, k) => byExamples ? factor * cohort.Updates[k].Weight : factor)], divisor, Scale: 1));
        var report = BlockFold.Run(input, cohort, rules, output, cancellation);
        return report.Outcome != AggregateOutcome.Updated ? report : report with
        {
            State = input.State,
            Factors = Table(report.Coefficients, input.Manifest, factors),
            Metrics = Metrics(input.Manifest, factors),
        };
    }

    // A scalar has no direction: it is averaged as it is.
    private bool IsMeasured(TensorEntry tensor) =>
        tensor.DType.IsFloating() && tensor.Shape.Length > 0 && !(tensor.IsBuffer && parameters.SkipBuffers);

    /// <summary>The factor of each tensor and client, 1 where the tensor is exempt.</summary>
    private double[][] Factors(AggregationInput input, Cohort cohort, CancellationToken cancellation)
    {
        var clients = cohort.Updates;
        var sums = ColumnSweep.Sums(
            input, IsMeasured, 1 + (2 * clients.Count), (in Columns columns, SweepBuffers buffers, Span<double> sum) =>
        {
            var x = buffers.Read(input.Reference, columns, 0);
            sum[0] += Reductions.SquaredNorm<double>(x);
            for (var k = 0; k < clients.Count; k++)
            {
                var w = buffers.Numbers(clients[k].Model, columns, 1);
                sum[1 + (2 * k)] += w.Dot(x);
                sum[2 + (2 * k)] += w.SquaredNorm();
            }
        }, cancellation);

        if (parameters.Scope == LDawaScope.Model)
        {
            var total = new double[1 + (2 * clients.Count)];
            foreach (var tensor in sums)
                for (var j = 0; j < total.Length; j++) total[j] += tensor[j];
            Array.Fill(sums, total);
        }
        return [.. sums.Select((s, i) => Enumerable.Range(0, clients.Count)
            .Select(k => IsMeasured(input.Manifest[i]) ? Cosine(s[1 + (2 * k)], s[2 + (2 * k)], s[0]) : 1).ToArray())];
    }

    /// <summary>Never above 1, which only rounding could make it; 1 where a vector is zero and has no direction.</summary>
    private static double Cosine(double dot, double squared, double squaredReference) =>
        squared == 0 || squaredReference == 0 ? 1 : Math.Min(1, dot / (Math.Sqrt(squared) * Math.Sqrt(squaredReference)));

    private static CoefficientTable Table(CoefficientTable like, TensorManifest manifest, double[][] factors)
    {
        var layers = Enumerable.Range(0, manifest.Count).Where(i => manifest[i].DType.IsFloating()).ToArray();
        return new CoefficientTable(like.Clients, like.Layers,
            [.. Enumerable.Range(0, like.Clients.Length).SelectMany(k => layers.Select(l => factors[l][k]))]);
    }

    private ImmutableSortedDictionary<string, double> Metrics(TensorManifest manifest, double[][] factors)
    {
        var cosines = Enumerable.Range(0, manifest.Count).Where(i => IsMeasured(manifest[i])).SelectMany(i => factors[i]).ToList();
        return cosines.Count == 0
            ? ImmutableSortedDictionary<string, double>.Empty
            : ImmutableSortedDictionary<string, double>.Empty.Add("cosine.mean", cosines.Average()).Add("cosine.min", cosines.Min());
    }
}

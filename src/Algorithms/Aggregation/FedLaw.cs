using System.Collections.Immutable;
using System.ComponentModel.DataAnnotations;
using Distributed.Algorithms.Tensors;

namespace Distributed.Algorithms.Aggregation;

/// <summary>How γ and λ are written in unconstrained numbers.</summary>
public enum FedLawParametrisation
{
    /// <summary>γ = e^g, λ = softmax(a); starts at the shares of examples.</summary>
    Exp,
    /// <summary>γ = g², λ = a² / Σ a²; starts uniform.</summary>
    Quad,
}

/// <summary>What is learned.</summary>
public enum FedLawLearn
{
    /// <summary>γ and λ together.</summary>
    Joint,
    /// <summary>First λ, averaged over its last epochs, then γ.</summary>
    TwoStage,
    /// <summary>γ only, λ being the shares of examples: adaptive global weight shrinking.</summary>
    Gamma,
    /// <summary>λ only, γ being 1.</summary>
    Lambda,
}

/// <summary>What steps γ and λ.</summary>
public enum FedLawOptimiser
{
    /// <summary>Adam with β 0.5 and 0.999.</summary>
    Adam,
    /// <summary>Gradient descent with momentum 0.9.</summary>
    Sgd,
}

/// <summary>
/// Parameters of FedLAW (Li et al., ICML 2023): x = γ Σ λ w, with γ &gt; 0 and λ on the simplex learned on a small proxy set, anew in every
/// round. Defaults are the published code's.
/// </summary>
public sealed record FedLawParameters : AggregatorParameters, IValidatableObject
{
    /// <summary>Sets the one default that differs from other rules: statistics of clients do not fit a model that was shrunk.</summary>
    public FedLawParameters() => Buffers = BufferPolicy.Recalibrate;

    /// <summary>How γ and λ are written.</summary>
    /// <value><see cref="FedLawParametrisation.Exp"/>.</value>
    public FedLawParametrisation Parametrisation { get; init; } = FedLawParametrisation.Exp;

    /// <summary>What is learned.</summary>
    /// <value><see cref="FedLawLearn.Joint"/>.</value>
    public FedLawLearn Learn { get; init; } = FedLawLearn.Joint;

    /// <summary>What steps them.</summary>
    /// <value><see cref="FedLawOptimiser.Adam"/>.</value>
    public FedLawOptimiser Optimiser { get; init; } = FedLawOptimiser.Adam;

    /// <summary>Learning rate; halved every 20 epochs. The published code has 0.01 for CIFAR-10.</summary>
    /// <value>0.005.</value>
    [Range(0.0, 10.0, MinimumIsExclusive = true)]
    public double LearningRate { get; init; } = 0.005;

    /// <summary>Passes over the proxy set in a round; the two stages share them.</summary>
    /// <value>20.</value>
    [Range(1, 10_000)]
    public int ServerEpochs { get; init; } = 20;

    /// <summary>How much worse than the plain average's the proxy loss may be before the round falls back to the plain average.</summary>
    /// <value>0.</value>
    [Range(0.0, double.MaxValue)]
    public double FallbackTolerance { get; init; }

    /// <summary>
    /// Whether λ stays at the shares of examples once the clients' coherence has reached zero: late learning of λ adds nothing.
    /// </summary>
    /// <value>False.</value>
    public bool StopAtCriticalPoint { get; init; }

    /// <inheritdoc/>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        // λ is averaged over the epochs behind the seventh of its stage; with fewer it would silently stay at its start.
        if (Learn == FedLawLearn.TwoStage && ServerEpochs < FedLawSchedule.FewestTwoStageEpochs)
            yield return new ValidationResult(
                $"Two stages need at least {FedLawSchedule.FewestTwoStageEpochs} server epochs.", [nameof(ServerEpochs)]);
    }
}

internal sealed class FedLaw(FedLawParameters parameters) : IAggregator
{
    public AggregateReport Aggregate(AggregationInput input, ITensorWriter output, CancellationToken cancellation = default)
    {
        if (!Cohort.TryWeighted(input, out var cohort, out var unchanged)) return unchanged;
        var counted = input with { Updates = [.. cohort.Updates] };
        var coherence = Coherence.Measure(counted, cancellation);
        var critical = CriticalPoint.Parse(input.State).Next(input.Round, coherence);

        var mixture = FedLawMixture.Open(counted, cancellation);
        var learned = Learn(mixture, cohort, critical.Reached is not null && parameters.StopAtCriticalPoint);
        var rules = LayerRules.For(input.Manifest, new Combination(learned.Lambda, 1, learned.Gamma), cohort.Mean());
        var report = BlockFold.Run(input, cohort, rules, output, cancellation);
        return report.Outcome != AggregateOutcome.Updated ? report : report with
        {
            State = critical.ToBytes(),
            Notes = learned.FellBack
                ? ["The learned weights did worse on the proxy set than the plain average, which was taken instead."] : [],
            Metrics = Metrics(mixture, learned, coherence, critical),
        };
    }

    private sealed record Learned(double Gamma, double[] Lambda, double Loss, double PlainLoss, bool FellBack);

    private Learned Learn(FedLawMixture mixture, Cohort cohort, bool lambdaStopped)
    {
        var shares = cohort.Updates.Select(u => u.Weight / cohort.TotalWeight).ToArray();
        var plain = mixture.Loss(1, shares);
        var variant = (parameters.Learn, lambdaStopped) switch
        {
            (FedLawLearn.Lambda, true) => (FedLawLearn?)null,
            (_, true) => FedLawLearn.Gamma,
            (var learn, _) => learn,
        };
        if (variant is not { } what) return new Learned(1, shares, plain, plain, FellBack: false);

        var weights = new FedLawLearner(parameters with { Learn = what }, shares).Run(mixture);
        var (gamma, lambda) = (weights.Gamma, weights.Lambda);
        var loss = weights.IsFinite ? mixture.Loss(gamma, lambda) : double.NaN;

        // Written so that a loss that is not a number falls back too.
        return loss <= plain + parameters.FallbackTolerance
            ? new Learned(gamma, lambda, loss, plain, FellBack: false)
            : new Learned(1, shares, loss, plain, FellBack: true);
    }

    private static ImmutableSortedDictionary<string, double> Metrics(
        FedLawMixture mixture, Learned learned, double coherence, CriticalPoint critical)
    {
        var metrics = ImmutableSortedDictionary.CreateBuilder<string, double>();
        metrics["gamma"] = learned.Gamma;
        metrics["proxy.loss"] = learned.Loss;
        metrics["proxy.loss.average"] = learned.PlainLoss;
        metrics["fallback"] = learned.FellBack ? 1 : 0;
        metrics["shrink.ratio"] = mixture.ShrinkRatio(learned.Gamma, learned.Lambda);
        metrics["coherence"] = coherence;
        if (critical.Reached is { } round) metrics["coherence.critical.round"] = round;
        // A proxy loss that overflowed, or the ratio to a step of length zero: records hold numbers only.
        metrics.RemoveRange(metrics.Where(m => !double.IsFinite(m.Value)).Select(m => m.Key).ToList());
        return metrics.ToImmutable();
    }
}

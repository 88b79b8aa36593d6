using System.ComponentModel.DataAnnotations;
using System.Numerics;
using Distributed.Algorithms.Aggregation;
using Distributed.Algorithms.Tensors;
using Xunit;

namespace Distributed.Algorithms.Tests.Aggregation;

public class FedLawTests
{
    private static readonly TensorManifest Manifest = new(
    [
        new("w", TensorDType.F32, [2]),
        new("bn.running_mean", TensorDType.F32, [1], isBuffer: true),
        new("v", TensorDType.F32, [1]),
    ]);

    private static TensorSet Model(float w0, float w1, float mean, float v)
    {
        var set = new TensorSet(Manifest);
        ((float[])[w0, w1]).CopyTo(set.Values<float>("w"));
        set.Values<float>("bn.running_mean")[0] = mean;
        set.Values<float>("v")[0] = v;
        return set;
    }

    private static AggregationInput Round(IProxyObjective? proxy) =>
        Models.Round([Model(2, 0, 10, 2), Model(0, 2, 30, 2)], [1, 3], Model(1, 1, 0, 1)) with { Proxy = proxy };

    [Fact]
    public void Aggregate_ProxyLikesTheFirstClient_GivesItMoreThanItsShare()
    {
        var (report, model) = Models.Run("fedlaw", new FedLawParameters { LearningRate = 0.05 }, Round(new Target([2, 0, 2])));
        Assert.Equal(AggregateOutcome.Updated, report.Outcome);
        Assert.InRange(report.Coefficients[0, 0], 0.3, 0.9);
        Assert.True(report.Metrics["proxy.loss"] < report.Metrics["proxy.loss.average"]);
        Assert.Equal(0, report.Metrics["fallback"]);
        // Running statistics have no γ and no λ.
        Assert.Equal(25, model.Values<float>("bn.running_mean")[0]);
        Assert.Equal(report.Metrics["gamma"], report.Coefficients.Sum(0), 1e-12);
        var gamma = report.Metrics["gamma"];
        var step = new[] { (model.Values<float>("w")[0] / gamma) - 1, (model.Values<float>("w")[1] / gamma) - 1, (model.Values<float>("v")[0] / gamma) - 1 };
        Assert.Equal(Math.Abs(1 - gamma) * Math.Sqrt(3) / (gamma * Norms.Euclidean(step)), report.Metrics["shrink.ratio"], 1e-6);
    }

    [Fact]
    public void Aggregate_LearnedIsWorse_FallsBackToTheAverageAndSaysSo()
    {
        var (report, model) = Models.Run("fedlaw", new FedLawParameters(), Round(new Contrary()));
        Assert.Equal(1, report.Metrics["fallback"]);
        Assert.Equal(1, report.Metrics["gamma"]);
        Assert.Single(report.Notes);
        Assert.Equal([0.5f, 1.5f], model.Values<float>("w").ToArray());
    }

    [Fact]
    public void Aggregate_ProxyLossNotANumber_FallsBackAndReportsNumbersOnly()
    {
        var (report, _) = Models.Run("fedlaw", new FedLawParameters(), Round(new Target([float.NaN, 0, 0])));
        Assert.Equal(1, report.Metrics["fallback"]);
        Assert.DoesNotContain("proxy.loss", report.Metrics.Keys);
        Assert.All(report.Metrics.Values, v => Assert.True(double.IsFinite(v)));
    }

    [Fact]
    public void Aggregate_GammaOnly_KeepsTheShares()
    {
        foreach (var kind in Enum.GetValues<FedLawParametrisation>())
        {
            var parameters = new FedLawParameters { Learn = FedLawLearn.Gamma, Parametrisation = kind };
            var (report, _) = Models.Run("fedlaw", parameters, Round(new Target([0, 0, 0])));
            Assert.InRange(report.Metrics["gamma"], 0.5, 0.999);
            Assert.Equal(0.25 * report.Metrics["gamma"], report.Coefficients[0, 0], 1e-12);
        }
    }

    [Fact]
    public void Aggregate_PastTheCriticalPoint_LearnsGammaOnly()
    {
        var past = new CriticalPoint([0.1, 0, -0.2], Reached: 4);
        var (report, _) = Models.Run("fedlaw", new FedLawParameters { StopAtCriticalPoint = true, LearningRate = 0.05 },
            Round(new Target([2, 0, 2])) with { State = past.ToBytes(), Round = 5 });
        Assert.Equal(0.25 * report.Metrics["gamma"], report.Coefficients[0, 0], 1e-12);
        Assert.Equal(4, report.Metrics["coherence.critical.round"]);
        Assert.Equal(4, CriticalPoint.Parse(report.State).Reached);
    }

    // Single precision goes through four clients at once, double through one: their numbers must agree, in every remainder of both lengths.
    [Theory]
    [InlineData(3, 2050)]
    [InlineData(4, 13)]
    [InlineData(7, 4099)]
    [InlineData(10, 2048)]
    public void Aggregate_SameNumbersInSingleAndDouble_LearnsTheSameWeights(int clients, int length)
    {
        var random = new Random((31 * clients) + length);
        float[] Draw() => [.. Enumerable.Range(0, length).Select(_ => random.NextSingle() - 0.5f)];
        var (x, slope, drawn) = (Draw(), Draw(), Enumerable.Range(0, clients).Select(_ => Draw()).ToArray());
        double[] Wide(float[] values) => Array.ConvertAll(values, v => (double)v);
        var shares = Enumerable.Range(1, clients).Select(i => (double)i).ToArray();
        var single = Models.Round([.. drawn.Select(d => Models.Of(d))], shares, Models.Of(x)) with { Proxy = new Slope<float>(slope) };
        var wide = Models.Round([.. drawn.Select(d => Models.Of(Wide(d)))], shares, Models.Of(Wide(x))) with { Proxy = new Slope<double>(Wide(slope)) };
        var parameters = new FedLawParameters { ServerEpochs = 3 };

        var (a, b) = (Models.Run("fedlaw", parameters, single).Report, Models.Run("fedlaw", parameters, wide).Report);

        Assert.NotEqual(1, a.Metrics["gamma"]);
        Assert.Equal(b.Metrics["gamma"], a.Metrics["gamma"], 1e-12);
        Assert.All(Enumerable.Range(0, clients), k => Assert.Equal(b.Coefficients[k, 0], a.Coefficients[k, 0], 1e-12));
    }

    [Fact]
    public void Aggregate_WithoutProxy_Throws()
    {
        Assert.Throws<ArgumentException>(() => Models.Run("fedlaw", new FedLawParameters(), Round(null)));
        Assert.Throws<ArgumentException>(() => Models.Run("fedlaw", new FedLawParameters(), Round(new Target([])
        {
            BatchCount = 0,
        })));
    }

    [Fact]
    public void Parameters_TwoStagesWithFewEpochs_AreRefused()
    {
        var errors = new List<ValidationResult>();
        var parameters = new FedLawParameters { Learn = FedLawLearn.TwoStage, ServerEpochs = 13 };
        Assert.False(Validator.TryValidateObject(parameters, new ValidationContext(parameters), errors, validateAllProperties: true));
        Assert.Contains("14", Assert.Single(errors).ErrorMessage, StringComparison.Ordinal);
        parameters = parameters with { ServerEpochs = 14 };
        Assert.True(Validator.TryValidateObject(parameters, new ValidationContext(parameters), null, validateAllProperties: true));
    }

    /// <summary>½ |w - target|² in single precision.</summary>
    private sealed class Target(float[] target) : IProxyObjective<float>
    {
        public int BatchCount { get; init; } = 2;

        public void StartEpoch(int epoch)
        {
        }

        public double Evaluate(int batch, ReadOnlySpan<float> model, Span<float> gradient)
        {
            for (var i = 0; i < gradient.Length; i++) gradient[i] = model[i] - target[i];
            return Loss(model);
        }

        public double Loss(ReadOnlySpan<float> model)
        {
            var sum = 0.0;
            for (var i = 0; i < model.Length; i++) sum += (model[i] - target[i]) * (model[i] - target[i]) / 2.0;
            return sum;
        }
    }

    /// <summary>A loss whose gradient is the same everywhere.</summary>
    private sealed class Slope<T>(T[] slope) : IProxyObjective<T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        public int BatchCount => 2;

        public void StartEpoch(int epoch)
        {
        }

        public double Evaluate(int batch, ReadOnlySpan<T> model, Span<T> gradient)
        {
            slope.CopyTo(gradient);
            return Loss(model);
        }

        public double Loss(ReadOnlySpan<T> model)
        {
            var sum = 0.0;
            for (var i = 0; i < model.Length; i++) sum += double.CreateChecked(model[i]) * double.CreateChecked(slope[i]);
            return sum;
        }
    }

    /// <summary>Its gradient points uphill.</summary>
    private sealed class Contrary : IProxyObjective<float>
    {
        public int BatchCount => 1;

        public void StartEpoch(int epoch)
        {
        }

        public double Evaluate(int batch, ReadOnlySpan<float> model, Span<float> gradient)
        {
            for (var i = 0; i < gradient.Length; i++) gradient[i] = -model[i];
            return Loss(model);
        }

        public double Loss(ReadOnlySpan<float> model) => Norms.Euclidean(model);
    }
}

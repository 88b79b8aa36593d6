using System.Collections.Immutable;
using Distributed.Algorithms.Aggregation;
using Distributed.Algorithms.Tensors;
using FsCheck;
using FsCheck.Fluent;
using Xunit;

namespace Distributed.Algorithms.Tests.Properties;

/// <summary>What must hold for every round, whatever the numbers; FsCheck prints the seed of a failure.</summary>
public class AggregatorPropertyTests
{
    public static TheoryData<string> Rules => [.. Registry.Aggregators.Select(a => a.Name)];

    [Theory]
    [MemberData(nameof(Rules))]
    public void Permuting_Clients_ChangesNoBit(string rule) => Check(c =>
        Same(Run(rule, c.Round), Run(rule, c.Round with { Updates = [.. c.Round.Updates.Reverse()] })));

    [Theory]
    [MemberData(nameof(Rules))]
    public void Threads_AndBuffers_ChangeNoBit(string rule) => Check(c =>
        Same(Run(rule, c.Round), Run(rule, c.Round with { Limits = new() { Parallelism = 7, BufferBytes = 1 << 16 } }))
        && Same(Run(rule, c.Round), Run(rule, c.Round with { Limits = new() { Parallelism = 1, BufferBytes = 1 << 30 } })));

    [Theory]
    [MemberData(nameof(Rules))]
    public void ReadersThatCopy_ChangeNoBit(string rule) => Check(c =>
        Same(Run(rule, c.Round), Run(rule, c.Round with
        {
            Updates = [.. c.Round.Updates.Select(u => new ClientUpdate(u.Client, u.Weight, new Copying(u.Model)))],
        })));

    [Theory]
    [MemberData(nameof(Rules))]
    public void Outsider_OfWeightZero_ChangesNoBit(string rule) => Check(c =>
        Same(Run(rule, c.Round), Run(rule, c.Round with { Updates = c.Round.Updates.Add(new("zero", 0, c.Model(99))) })));

    [Fact]
    public void FedAvg_EqualClients_GivesThatClient() => Check(c =>
    {
        var input = c.Round with { Updates = [.. c.Round.Updates.Select(u => new ClientUpdate(u.Client, u.Weight, c.Model(0)))] };
        var got = Run("fedavg", input);
        // Single-precision numbers times whole weights are exact in double precision.
        return got.Bytes("a.weight").SequenceEqual(c.Model(0).Bytes("a.weight")) && Near(got, c.Model(0), 1e-15);
    });

    [Fact]
    public void FedAvg_DuplicatedClient_EqualsDoubledWeight() => Check(c =>
    {
        var twin = c.Round.Updates[0];
        var doubled = c.Round with { Updates = c.Round.Updates.SetItem(0, new(twin.Client, 2 * twin.Weight, twin.Model)) };
        var duplicated = c.Round with { Updates = c.Round.Updates.Add(new("twin", twin.Weight, twin.Model)) };
        return Near(Run("fedavg", doubled), Run("fedavg", duplicated), 1e-14);
    });

    [Fact]
    public void FedAvg_Coefficients_SumToOneAndMakeTheModel() => Check(c =>
    {
        var (report, model) = Tests.Models.Run("fedavg", new FedAvgParameters(), c.Round);
        var w = Enumerable.Range(0, c.Clients).Sum(k => report.Coefficients[k, 1] * c.Model(k).Values<double>("a.bias")[0]);
        return Math.Abs(report.Coefficients.Sum(0) - 1) < 1e-14 && Math.Abs(w - model.Values<double>("a.bias")[0]) < 1e-14;
    });

    [Fact]
    public void LDawa_NeverExceedsTheMeanNorm() => Check(c =>
    {
        var got = Run("ldawa", c.Round);
        return Norms.Euclidean(got.Values<float>("a.weight")) <= (1 + 1e-6) * c.Models.Average(m => Norms.Euclidean(m.Values<float>("a.weight")))
            && Norms.Euclidean(got.Values<double>("a.bias")) <= (1 + 1e-12) * c.Models.Average(m => Norms.Euclidean(m.Values<double>("a.bias")));
    });

    [Fact]
    public void LDawa_ClientsProportionalToTheReference_IsTheMean() => Check(c =>
    {
        var input = c.Round with
        {
            Updates = [.. c.Round.Updates.Select((u, k) => new ClientUpdate(u.Client, 1, Scaled(c.Reference, 1 << k)))],
        };
        return Near(Run("ldawa", input), Run("fedavg", input), 1e-6);
    });

    [Fact]
    public void FedLaw_Gradients_MatchCentralDifferences() => Check(c =>
    {
        foreach (var kind in Enum.GetValues<FedLawParametrisation>())
        {
            var shares = c.Weights.Select(w => w / c.Weights.Sum()).ToArray();
            var weights = FedLawWeights.Start(kind, shares, lambdaIsFixed: true);
            for (var i = 0; i < weights.Theta.Length; i++) weights.Theta[i] += 0.1 * Math.Sin(c.Seed + i);
            var mixture = FedLawMixture.Open(c.Round with { Proxy = new Bowl(c) }, default);
            var (_, onUpdates, onReference) = mixture.Evaluate(0, weights.Gamma, weights.Lambda);
            var gradient = weights.Gradient(onUpdates, onReference);
            var balance = kind == FedLawParametrisation.Exp ? gradient[..^1].Sum() : gradient[..^1].Zip(weights.Theta, (g, a) => g * a).Sum();
            if (Math.Abs(balance) > 1e-12 * (1 + gradient.Max(Math.Abs))) return false;
            for (var i = 0; i < gradient.Length; i++)
            {
                const double Step = 1e-5;
                var (up, down) = (Shifted(kind, weights, i, Step), Shifted(kind, weights, i, -Step));
                var difference = (mixture.Loss(up.Gamma, up.Lambda) - mixture.Loss(down.Gamma, down.Lambda)) / (2 * Step);
                if (Math.Abs(difference - gradient[i]) > 1e-6 * (1 + gradient.Max(Math.Abs))) return false;
            }
        }
        return true;
    });

    [Fact]
    public void Coherence_BothForms_Agree() => Check(c =>
    {
        var cosines = Coherence.Pairwise(c.Round);
        var sum = 0.0;
        for (var i = 0; i < c.Clients; i++)
            for (var j = 0; j < c.Clients; j++) sum += i == j ? 0 : cosines[i, j];
        return Math.Abs((sum / (c.Clients * (c.Clients - 1))) - Coherence.Measure(c.Round)) < 1e-12;
    });

    private static void Check(Func<Cohorts, bool> property) =>
        Prop.ForAll(Cohorts.Any, property).Check(Config.QuickThrowOnFailure.WithMaxTest(25));

    private static TensorSet Run(string rule, AggregationInput input)
    {
        AggregatorParameters parameters = rule switch
        {
            "fedlaw" => new FedLawParameters { ServerEpochs = 3 },
            "ldawa" => new LDawaParameters { WarmupRounds = 0 },
            _ => (AggregatorParameters)Activator.CreateInstance(Registry.FindAggregator(rule)!.Parameters)!,
        };
        var (report, model) = Tests.Models.Run(rule, parameters, input with { Proxy = new Bowl(input.Manifest, seed: 1) });
        Assert.Equal(AggregateOutcome.Updated, report.Outcome);
        return model;
    }

    private static FedLawWeights Shifted(FedLawParametrisation kind, FedLawWeights weights, int i, double by)
    {
        var theta = weights.Theta.ToArray();
        theta[i] += by;
        return FedLawWeights.From(kind, theta);
    }

    private static TensorSet Scaled(TensorSet model, float by)
    {
        foreach (ref var x in model.Values<float>("a.weight")) x *= by;
        foreach (ref var x in model.Values<double>("a.bias")) x *= by;
        return model;
    }

    private static bool Same(TensorSet a, TensorSet b) => a.Data.Span.SequenceEqual(b.Data.Span);

    private static bool Near(TensorSet a, TensorSet b, double relative)
    {
        foreach (var (x, y) in a.Values<float>("a.weight").ToArray().Zip(b.Values<float>("a.weight").ToArray()))
            if (Math.Abs(x - y) > Math.Max(relative, 2e-7) * (Math.Abs(y) + 1e-6)) return false;
        foreach (var (x, y) in a.Values<double>("a.bias").ToArray().Zip(b.Values<double>("a.bias").ToArray()))
            if (Math.Abs(x - y) > relative) return false;
        return true;
    }

    /// <summary>A smooth proxy loss, ½ mean (w - target)², whose gradient is exact.</summary>
    private sealed class Bowl : IProxyObjective<double>
    {
        private readonly double[] _target;

        public Bowl(Cohorts cohorts)
            : this(cohorts.Manifest, cohorts.Seed)
        {
        }

        public Bowl(TensorManifest manifest, int seed)
        {
            var random = new Random(seed);
            _target = [.. Enumerable.Range(0, (int)manifest.ParameterCount).Select(_ => random.NextDouble() - 0.5)];
        }

        public int BatchCount => 1;

        public void StartEpoch(int epoch)
        {
        }

        public double Evaluate(int batch, ReadOnlySpan<double> model, Span<double> gradient)
        {
            for (var i = 0; i < gradient.Length; i++) gradient[i] = (model[i] - _target[i]) / _target.Length;
            return Loss(model);
        }

        public double Loss(ReadOnlySpan<double> model)
        {
            var sum = 0.0;
            for (var i = 0; i < _target.Length; i++) sum += (model[i] - _target[i]) * (model[i] - _target[i]);
            return sum / 2 / _target.Length;
        }
    }

    /// <summary>Reads like a file does: always into the buffer.</summary>
    private sealed class Copying(ITensorReader model) : ITensorReader
    {
        public ReadOnlySpan<byte> Read(long offset, Span<byte> buffer)
        {
            model.Read(offset, buffer).CopyTo(buffer);
            return buffer;
        }
    }
}

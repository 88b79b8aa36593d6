using Distributed.Algorithms.Merging.Renormalization;
using Distributed.Algorithms.Tensors;
using Xunit;

namespace Distributed.Algorithms.Tests.Merging.Renormalization;

public class RenormalizationTests
{
    private const double Tolerance = 1e-12;

    [Fact]
    public void ChannelStatistics_AnyCutAndOrder_IsTheWhole()
    {
        var seed = Seeds.Next();
        var random = new Random(seed);
        const int Channels = 3, Space = 4, Samples = 50;
        var values = Draw(random, Channels * Space * Samples, offset: 1000);
        var whole = new ChannelStatistics(Channels);
        whole.Add<double>(values, Space);
        var (one, other) = (new ChannelStatistics(Channels), new ChannelStatistics(Channels));
        for (var at = 0; at < Samples;)
        {
            var count = Math.Min(random.Next(0, 9), Samples - at);
            (at % 2 == 0 ? one : other).Add<double>(values.AsSpan(at * Channels * Space, count * Channels * Space), Space);
            at += count;
        }
        one.Add(other);
        Assert.Equal(Samples * Space, one.Count);
        for (var channel = 0; channel < Channels; channel++)
        {
            var mine = Enumerable.Range(0, values.Length).Where(i => i / Space % Channels == channel).Select(i => values[i]).ToArray();
            var mean = mine.Average();
            var variance = mine.Average(x => (x - mean) * (x - mean));
            foreach (var statistics in new[] { whole, one })
            {
                Assert.Equal(mean, statistics.Mean[channel], 1e-9);
                Assert.True(Math.Abs(variance - statistics.Variance(channel)) < 1e-9, $"seed {seed}");
                Assert.Equal(variance * mine.Length / (mine.Length - 1), statistics.UnbiasedVariance(channel), 1e-9);
            }
        }
    }

    [Fact]
    public void ChannelStatistics_SinglePrecision_IsAddedInDouble()
    {
        var statistics = new ChannelStatistics(1);
        statistics.Add<float>([16777216, 1, 1, 1, 1]);
        Assert.Equal(16777220 / 5.0, statistics.Mean[0]);
    }

    [Fact]
    public void ChannelStatistics_OddNumberOfValues_Throws()
    {
        Assert.Throws<ArgumentException>(() => new ChannelStatistics(2).Add<double>([1, 2, 3]));
        Assert.Throws<ArgumentException>(() => new ChannelStatistics(2).Add(new ChannelStatistics(3)));
    }

    [Fact]
    public void ChannelPair_AnyCut_GivesPearson()
    {
        var seed = Seeds.Next();
        var random = new Random(seed);
        const int Channels = 2, Space = 3, Samples = 40;
        var a = Draw(random, Channels * Space * Samples, offset: 5);
        var b = a.Select(x => (0.5 * x) + random.NextDouble()).ToArray();
        var pair = new ChannelPairStatistics(Channels);
        for (var at = 0; at < Samples; at += 8)
            pair.Add<double>(a.AsSpan(at * Channels * Space, 8 * Channels * Space), b.AsSpan(at * Channels * Space, 8 * Channels * Space), Space);
        for (var channel = 0; channel < Channels; channel++)
        {
            var mine = Enumerable.Range(0, a.Length).Where(i => i / Space % Channels == channel).ToArray();
            var (ma, mb) = (mine.Average(i => a[i]), mine.Average(i => b[i]));
            var expected = mine.Sum(i => (a[i] - ma) * (b[i] - mb))
                / Math.Sqrt(mine.Sum(i => (a[i] - ma) * (a[i] - ma)) * mine.Sum(i => (b[i] - mb) * (b[i] - mb)));
            Assert.True(Math.Abs(expected - pair.Correlation(channel)) < 1e-10, $"seed {seed}");
        }
    }

    [Fact]
    public void ChannelPair_ConstantUnit_HasNoCorrelation()
    {
        var pair = new ChannelPairStatistics(1);
        pair.Add<double>([1, 2, 3], [4, 4, 4]);
        Assert.Equal(0, pair.Correlation(0));
        Assert.Equal([1, 0], [ChannelCorrection.ClosedForm(Constant(), 0.5).Scale[0], ChannelCorrection.ClosedForm(Constant(), 0.5).Shift[0]]);

        static ChannelPairStatistics Constant()
        {
            var pair = new ChannelPairStatistics(1);
            pair.Add<double>([2, 2, 2], [4, 4, 4]);
            return pair;
        }
    }

    [Theory]
    [InlineData(CorrectionKind.Repair)]
    [InlineData(CorrectionKind.Rescale)]
    [InlineData(CorrectionKind.Reshift)]
    public void Correct_MixOfTwo_HasTheStatisticsThatItPromises(CorrectionKind kind)
    {
        var (a, b) = (Network(1), Network(2));
        var targets = Targets(a, b);
        var merged = DenseNetwork.Mix(a, b, 0.5);
        Renormalizer.Correct(merged, kind, targets, new CorrectionOptions { Epsilon = 0 });
        for (var layer = 0; layer < merged.LayerCount; layer++)
        {
            var got = merged.Measure(layer);
            for (var unit = 0; unit < got.Channels; unit++)
            {
                if (kind != CorrectionKind.Reshift) Assert.Equal(targets[layer].Deviation[unit], got.Deviation(unit), Tolerance);
                if (kind != CorrectionKind.Rescale) Assert.Equal(targets[layer].Mean[unit], got.Mean[unit], Tolerance);
            }
        }
    }

    [Fact]
    public void VarianceRatio_Repaired_IsAboutOne()
    {
        var (a, b) = (Network(1), Network(2));
        var merged = DenseNetwork.Mix(a, b, 0.5);
        double Ratio() => Collapse.VarianceRatio(merged.Measure(1), a.Measure(1), b.Measure(1), 0.5);
        Assert.InRange(Ratio(), 0, 0.7);
        Renormalizer.Correct(merged, CorrectionKind.Repair, Targets(a, b));
        // The square of a mean is a little less than the mean of squares.
        Assert.InRange(Ratio(), 0.8, 1.0);
        Assert.Equal(1, Collapse.VarianceRatio(a.Measure(1), a.Measure(1), a.Measure(1), 0.3), Tolerance);
    }

    [Fact]
    public void Correct_ConstantUnit_IsOnlyShiftedUnlessTold()
    {
        var dead = new ChannelStatistics(1);
        dead.Add<double>([0.25, 0.25]);
        var target = new ChannelTarget([1.0], [2.0]);
        foreach (var kind in new[] { CorrectionKind.Repair, CorrectionKind.Rescale })
        {
            var spared = ChannelCorrection.Of(kind, target, dead);
            Assert.Equal([1, 0.75], [spared.Scale[0], spared.Shift[0]]);
        }
        var scaled = ChannelCorrection.Of(CorrectionKind.Repair, target, dead, new CorrectionOptions { SpareConstantUnits = false });
        Assert.Equal(2 / Math.Sqrt(1e-5), scaled.Scale[0], Tolerance);
        Assert.Equal(1, (0.25 * scaled.Scale[0]) + scaled.Shift[0], 1e-9);
    }

    [Theory]
    [InlineData(TensorDType.F32, 1e-6)]
    [InlineData(TensorDType.F16, 1e-2)]
    [InlineData(TensorDType.BF16, 5e-2)]
    public void Fuse_InAModel_MapsThePreActivations(TensorDType type, double tolerance)
    {
        var set = new TensorSet(new TensorManifest([new("c.weight", type, [2, 1, 1, 3]), new("c.bias", type, [2])]));
        Elements.Narrow(type, [1, 2, 3, -1, 0.5, 2], 1, set.Bytes("c.weight"));
        Elements.Narrow(type, [0.5, -1], 1, set.Bytes("c.bias"));
        new ChannelCorrection([2, -0.5], [1, 0.25]).Fuse(set, "c.weight", "c.bias");
        var wide = new double[6];
        Elements.Widen(type, set.Bytes("c.weight"), wide);
        Assert.All(wide.Zip([2, 4, 6, 0.5, -0.25, -1]), p => Assert.Equal(p.Second, p.First, tolerance));
        Elements.Widen(type, set.Bytes("c.bias"), wide.AsSpan(0, 2));
        Assert.All(wide.Zip([2, 0.75]), p => Assert.Equal(p.Second, p.First, tolerance));
    }

    [Fact]
    public void Fuse_WithoutABias_TakesNoShift()
    {
        var set = new TensorSet(new TensorManifest([new("c.weight", TensorDType.F64, [2, 2])]));
        Assert.Throws<ArgumentException>(() => new ChannelCorrection([1, 1], [0, 1]).Fuse(set, "c.weight", null));
        Assert.Throws<ArgumentException>(() => new ChannelCorrection([1, 1, 1], [0, 0, 0]).Fuse(set, "c.weight", null));
        new ChannelCorrection([1, 1], [0, 0]).Fuse(set, "c.weight", null);
    }

    [Theory]
    [InlineData(1.0, 2.0, CorrectionKind.Rescale)]
    [InlineData(2.0, 1.0, CorrectionKind.Repair)]
    [InlineData(double.NaN, 1.0, CorrectionKind.Repair)]
    [InlineData(1.0, double.NaN, CorrectionKind.Rescale)]
    public void Auto_WithoutBatchNorm_KeepsTheBetter(double rescaled, double repaired, CorrectionKind expected)
    {
        var (a, b) = (Network(1), Network(2));
        var losses = new Queue<double>([7.5, rescaled, repaired]);
        var choice = Renormalizer.Auto(() => DenseNetwork.Mix(a, b, 0.5), Targets(a, b), _ => losses.Dequeue());
        Assert.Equal(expected, choice.Kind);
        Assert.Equal(7.5, choice.Uncorrected);
        Assert.Equal(rescaled, choice.Losses[CorrectionKind.Rescale]);
        Assert.Equal(repaired, choice.Losses[CorrectionKind.Repair]);
        var same = DenseNetwork.Mix(a, b, 0.5);
        Renormalizer.Correct(same, expected, Targets(a, b));
        Assert.Equal(same.Outputs(), choice.Network.Outputs());
    }

    [Fact]
    public void Auto_WithBatchNorm_Resets()
    {
        var (a, b) = (Network(1), Network(2));
        DenseNetwork Merged() => new(DenseNetwork.Mix(a, b, 0.5).Layers, a.Input) { HasBatchNorm = true };
        var choice = Renormalizer.Auto(Merged, [], _ => 1);
        Assert.Equal((CorrectionKind.Reset, 1), (choice.Kind, choice.Network.Resets));
        Assert.Equal(Merged().Outputs(), choice.Network.Outputs());
    }

    [Fact]
    public void BatchNormEstimate_IsTheMeanOfTheBatches()
    {
        var estimate = new BatchNormEstimate(1);
        foreach (var batch in new double[][] { [1, 3], [2, 8], [0, 1] })
        {
            var statistics = new ChannelStatistics(1);
            statistics.Add<double>(batch);
            estimate.Add(statistics);
        }
        Assert.Equal(3, estimate.Batches);
        Assert.Equal((2 + 5 + 0.5) / 3, estimate.Mean[0], Tolerance);
        Assert.Equal((2 + 18 + 0.5) / 3, estimate.Variance[0], Tolerance);
        Assert.Throws<ArgumentException>(() => estimate.Add(new ChannelStatistics(1)));
    }

    [Fact]
    public void LayerActivity_InBatches_MeasuresAll()
    {
        var activity = new LayerActivity(2);
        activity.Add<double>([-1, 3, 2, 5], [0, 3, 2, 5]);
        activity.Add<double>([-2, -4], [0, 0]);
        Assert.Equal(10 / 6.0, activity.MeanMagnitude, Tolerance);
        Assert.Equal(0.5, activity.ZeroFraction);
        double Deviation(params double[] x) => Math.Sqrt(x.Average(v => v * v) - (x.Average() * x.Average()));
        Assert.Equal((Deviation(-1, 2, -2) + Deviation(3, 5, -4)) / 2, activity.DeviationBefore, Tolerance);
        Assert.Equal((Deviation(0, 2, 0) + Deviation(3, 5, 0)) / 2, activity.DeviationAfter, Tolerance);
    }

    [Fact]
    public void MeanMagnitude_OfSeveralTensors_CountsEveryNumber()
    {
        var set = new TensorSet(new TensorManifest([new("w", TensorDType.F32, [2, 2]), new("b", TensorDType.F64, [2]), new("other", TensorDType.F64, [1])]));
        float[] w = [1, -2, 3, -4];
        w.CopyTo(set.Values<float>("w"));
        set.Values<double>("b")[1] = -8;
        Assert.Equal(18 / 6.0, Collapse.MeanMagnitude([set.Manifest["w"], set.Manifest["b"]], set), Tolerance);
    }

    private static System.Collections.Immutable.ImmutableArray<ChannelTarget> Targets(ICorrectableNetwork a, ICorrectableNetwork b) =>
        Renormalizer.Targets([a.MeasureAll(), b.MeasureAll()], [0.5, 0.5]);

    private static DenseNetwork Network(int seed)
    {
        var random = new Random(seed);
        var input = Enumerable.Range(0, 40).Select(i => Draw(new Random(i), 6, 0)).ToArray();
        return new([(Draw(random, 8 * 6, 0), Draw(random, 8, 0)), (Draw(random, 5 * 8, 0), Draw(random, 5, 0)), (Draw(random, 3 * 5, 0), Draw(random, 3, 0))], input);
    }

    private static double[] Draw(Random random, int count, double offset) => [.. Enumerable.Range(0, count).Select(_ => offset + random.NextDouble() - 0.5)];
}

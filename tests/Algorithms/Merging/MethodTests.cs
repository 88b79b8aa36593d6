using Distributed.Algorithms.Merging;
using Distributed.Algorithms.Merging.Methods;
using Distributed.Algorithms.Tensors;
using Xunit;

namespace Distributed.Algorithms.Tests.Merging;

/// <summary>Methods and switches that the vectors leave out, against sums written out here.</summary>
public class MethodTests
{
    private const double Tolerance = 1e-12;
    private static readonly double[] Zero = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0];

    [Fact]
    public void Breadcrumbs_KeepsTheMiddle()
    {
        double[] change = [10, -1, 2, -9, 3, 4, -5, 6, 7, 8];
        // Of ten numbers the two largest are outliers, and six of the others are kept.
        var merged = Merges.Values("breadcrumbs", new BreadcrumbsParameters { Density = 0.6, Gamma = 0.2 }, Input(change));
        Near([0, 0, 0, 0, 3, 4, -5, 6, 7, 8], merged);
    }

    [Fact]
    public void Breadcrumbs_SmallTensor_LosesNoneToOutliers()
    {
        // int(0.01 × 10) = 0: mergekit's slice is empty then and everything is lost.
        var merged = Merges.Values("breadcrumbs", new BreadcrumbsParameters { Density = 0.5 }, Input([10, -1, 2, -9, 3, 4, -5, 6, 7, 8]));
        Near([10, 0, 0, -9, 0, 0, 0, 6, 7, 8], merged);
    }

    [Fact]
    public void Breadcrumbs_NoRoomForOutliers_DropsFewer()
    {
        var merged = Merges.Values("breadcrumbs", new BreadcrumbsParameters { Density = 0.9, Gamma = 0.5 }, Input([10, -1, 2, -9, 3, 4, -5, 6, 7, 8]));
        Near([0, -1, 2, -9, 3, 4, -5, 6, 7, 8], merged);
    }

    [Fact]
    public void Della_LargerChanges_AreKeptMoreOften()
    {
        const int Columns = 500, Rows = 400;
        var change = new double[Rows * Columns];
        // The magnitude's rank within the row is the column, in an order that is no order of the row.
        for (var i = 0; i < change.Length; i++) change[i] = (i % 2 == 0 ? 1 : -1) * (1 + (i * 7 % Columns) + (100.0 * (i / Columns)));
        var origin = Merges.Model(new double[change.Length], Rows, Columns);
        var parameters = new DellaParameters { Density = 0.4, Epsilon = 0.3, Rescale = MergeRescale.None, Elect = false, Normalize = false, Seed = 5 };
        var merged = Merges.Values("della", parameters, Merges.Input([Merges.Model(change, Rows, Columns)], null, origin));
        var kept = new int[10];
        for (var i = 0; i < change.Length; i++)
        {
            Assert.True(merged[i] == 0 || merged[i] == change[i]);
            if (merged[i] != 0) kept[i * 7 % Columns / (Columns / 10)]++;
        }
        for (var tenth = 0; tenth < 10; tenth++)
        {
            var expected = 0.1 + (0.6 * (tenth + 0.5) / 10);
            Assert.Equal(expected, kept[tenth] / (change.Length / 10.0), 0.02);
        }
    }

    [Fact]
    public void Dare_Density_IsTheShareKept()
    {
        var change = Enumerable.Repeat(1.0, 50_000).ToArray();
        var parameters = new DareParameters { Density = 0.3, Rescale = MergeRescale.Density, Seed = 7 };
        var merged = Merges.Values("dare-linear", parameters, Merges.Input([Merges.Model(change)], null, Merges.Model(new double[change.Length])));
        Assert.All(merged, x => Assert.True(x is 0 || Math.Abs(x - (1 / 0.3)) < Tolerance));
        Assert.Equal(1, merged.Average(), 0.05);
        Assert.NotEqual(merged, Merges.Values("dare-linear", parameters with { Seed = 8 },
            Merges.Input([Merges.Model(change)], null, Merges.Model(new double[change.Length]))));
    }

    [Fact]
    public void Dare_TwoEqualModels_DropDifferentChanges()
    {
        var change = Merges.Model(Enumerable.Repeat(1.0, 1000).ToArray());
        var parameters = new DareParameters { Rescale = MergeRescale.None };
        var merged = Merges.Values("dare-linear", parameters, Merges.Input([change, change], null, Merges.Model(new double[1000])));
        Assert.Equal([0, 1, 2], merged.Distinct().Order());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void NuSlerp_AgainstTheFormula_Agrees(bool flatten)
    {
        double[] a = [1, 2, 3, -4, 0.5, 1], b = [2, -1, 1, 1, 1, 0], origin = [0.5, 0.25, 0, 1, 1, 1];
        var input = Merges.Input([Merges.Model(a, 2, 3), Merges.Model(b, 2, 3)], [1, 3], Merges.Model(origin, 2, 3));
        var expected = new double[6];
        foreach (var (from, to) in flatten ? new[] { (0, 6) } : [(0, 3), (3, 6)])
        {
            var u = a[from..to].Zip(origin[from..to], (x, y) => x - y).ToArray();
            var v = b[from..to].Zip(origin[from..to], (x, y) => x - y).ToArray();
            var angle = Math.Acos(u.Zip(v, (x, y) => x * y).Sum() / Norms.Euclidean(u) / Norms.Euclidean(v));
            for (var i = from; i < to; i++)
                expected[i] = origin[i] + (((Math.Sin(0.25 * angle) * u[i - from]) + (Math.Sin(0.75 * angle) * v[i - from])) / Math.Sin(angle));
        }
        Near(expected, Merges.Values("nuslerp", new NuSlerpParameters { Flatten = flatten }, input));
    }

    [Fact]
    public void NuSlerp_Parallel_IsLinear() =>
        Near([2.5, 5], Merges.Values("nuslerp", new NuSlerpParameters(), Merges.Input([Merges.Model([1, 2]), Merges.Model([3, 6])], [1, 3])));

    [Fact]
    public void Ema_WarmUp_ForgetsTheStartFaster()
    {
        double m = 1;
        m = (2 / 11.0 * m) + (9 / 11.0 * 2);
        m = (3 / 12.0 * m) + (9 / 12.0 * 4);
        var models = new[] { 1.0, 2, 4 }.Select(x => Merges.Model([x]));
        Near([m], Merges.Values("ema", new EmaParameters { Decay = 0.99, WarmUp = true }, Merges.Input(models)));
    }

    [Fact]
    public void Ema_WarmUpAndCorrection_OfAConstant_IsTheConstant() =>
        Near([3], Merges.Values("ema", new EmaParameters { WarmUp = true, BiasCorrection = true }, Merges.Input(Enumerable.Repeat(Merges.Model([3]), 4))));

    [Fact]
    public void ModelStock_Clamped_StaysBetweenBaseAndMean()
    {
        var input = Merges.Input([Merges.Model([1, 1]), Merges.Model([-1, 1.5])], null, Merges.Model([0, 1]));
        Near([0, 1], Merges.Values("model-stock", new ModelStockParameters { Clamp = true }, input));
    }

    [Fact]
    public void ModelStock_OneRow_EqualsTheWholeTensor()
    {
        var models = new[] { Merges.Model([1, 2, -1]), Merges.Model([2, 1, 0]) };
        var input = Merges.Input(models, null, Merges.Model([0, 0.5, 0]));
        Assert.Equal(
            Merges.Values("model-stock", new ModelStockParameters(), input),
            Merges.Values("model-stock", new ModelStockParameters { FilterWise = true }, input));
    }

    [Fact]
    public void RobustSignature_TwoCorruptionsAndFewLayers_AddUpToThere()
    {
        TensorSet Model(params double[] v)
        {
            var set = new TensorSet(new TensorManifest(
                [new("a.weight", TensorDType.F64, [1, 2]), new("a.bias", TensorDType.F64, [1]), new("b.weight", TensorDType.F64, [1, 1])]));
            v.CopyTo(System.Runtime.InteropServices.MemoryMarshal.Cast<byte, double>(set.Data.Span));
            return set;
        }

        var input = Merges.Input([Model(1, 0, 1, 5), Model(3, 4, 2, 6), Model(1, 2, 3, 7)], [1, 1, 0.5], Model(0, 0, 0, 0));
        // Along a.weight's clean change (1, 0): signatures (0, 4) and (0, 2); along a.bias's nothing is left.
        Near([1, 0 + ((4 + (0.5 * 2)) / 2), 1, 5], Merges.Values("robust-signature", new RobustSignatureParameters { KeepLayers = 1 }, input));
    }

    [Fact]
    public void RobustSignature_PatchedAndUnpatched_IsTheModelAgain()
    {
        var clean = Merges.Model([1, 2, 3]);
        var input = Merges.Input([clean, Merges.Model([2, 2, 5])], null, Merges.Model([0, 1, 0]));
        var signature = Merges.Run("robust-signature", new RobustSignatureParameters { Output = SignatureOutput.Signature }, input).Model;
        var patched = Merges.Run("linear", new LinearParameters { Normalize = false }, Merges.Input([clean, signature], [1, 0.7])).Model;
        Near(clean.Doubles(), Merges.Values("linear", new LinearParameters { Normalize = false }, Merges.Input([patched, signature], [1, -0.7])));
    }

    [Fact]
    public void BiasCalibration_Biases_ShrinkWithDepth()
    {
        TensorSet Model(double x) => Fill(new TensorSet(new TensorManifest(
        [
            new("1.weight", TensorDType.F64, [1, 1]), new("1.bias", TensorDType.F64, [1]), new("norm.weight", TensorDType.F64, [1]),
            new("norm.bias", TensorDType.F64, [1]), new("2.bias", TensorDType.F64, [1]), new("2.weight", TensorDType.F64, [1, 1]),
        ])), x);

        var merged = Merges.Values("bias-calibration", new BiasCalibrationParameters { T = 0.25 }, Merges.Input([Model(1), Model(2)]));
        var (plain, second) = (0.75 + (0.25 * 2), (0.75 * 0.75) + (0.25 * 0.25 * 2));
        Near([plain, plain, plain, plain, second, plain], merged);
    }

    [Fact]
    public void Slerp_Antiparallel_IsLinear() =>
        Near([-0.5, -1], Merges.Values("slerp", new SlerpParameters { T = 0.75 }, Merges.Input([Merges.Model([1, 2]), Merges.Model([-1, -2])])));

    [Fact]
    public void FlipCurve_Choose_TakesTheLargestShareThatIsAsGood()
    {
        FlipPoint[] curve = [new(0, 0.9, 0.1, 0.2), new(0.2, 0.91, 0.08, 0), new(0.4, 0.89, 0.05, 0), new(0.6, 0.9, 0.04, 0), new(0.8, 0.85, 0.02, 0)];
        Assert.Equal(0.6, FlipCurve.Choose(curve).Alpha);
        Assert.Equal(0.8, FlipCurve.Choose(curve, tolerance: 0.05 + 1e-9).Alpha);
        Assert.Throws<ArgumentException>(() => FlipCurve.Choose(curve[1..]));
    }

    [Fact]
    public void FlipCurve_Measure_CountsBothDirections() =>
        Assert.Equal(new FlipPoint(0.5, 0.5, 0.25, 0.25), FlipCurve.Measure(0.5, [0, 1, 2, 3], [0, 1, 0, 0], [0, 0, 2, 0]));

    [Fact]
    public void GreedySoup_ScoreOfAMix_IsThatOfTheMergedFile()
    {
        // The mix that is scored is read in pieces that begin anywhere, and is what the uniform soup writes.
        var (a, b) = (Models.Mixed(1), Models.Mixed(2));
        var (_, expected) = Merges.Run("uniform-soup", new UniformSoupParameters(), Merges.Input([a, b]));
        var plan = ModelMerge.Plan(Registry.FindMerger("uniform-soup")!, new UniformSoupParameters(), Merges.Input([a, b]));
        var reader = new SoupReader(plan, [0, 1]);
        var counter = expected.Manifest["bn.num_batches_tracked"];
        for (var start = 0; start < expected.Data.Length; start++)
        {
            var length = Math.Min(13, expected.Data.Length - start);
            var got = reader.Read(start, new byte[length]).ToArray();
            var want = expected.Data.Span.Slice(start, length).ToArray();
            // A soup does not count steps.
            for (var i = 0; i < length; i++)
                if (start + i < counter.Offset || start + i >= counter.Offset + counter.ByteLength) Assert.Equal(want[i], got[i]);
        }
    }

    private static MergeInput Input(double[] change) => Merges.Input([Merges.Model(change)], null, Merges.Model(Zero));

    private static TensorSet Fill(TensorSet set, double x)
    {
        System.Runtime.InteropServices.MemoryMarshal.Cast<byte, double>(set.Data.Span).Fill(x);
        return set;
    }

    private static void Near(double[] expected, double[] got)
    {
        Assert.Equal(expected.Length, got.Length);
        for (var i = 0; i < got.Length; i++) Assert.True(Math.Abs(expected[i] - got[i]) < Tolerance, $"[{i}]: {got[i]} instead of {expected[i]}");
    }
}

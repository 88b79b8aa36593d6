using Distributed.Algorithms.Merging.Matching;
using Distributed.Algorithms.Merging.Permutations;
using Distributed.Algorithms.Tensors;
using Xunit;

namespace Distributed.Algorithms.Tests.Merging.Matching;

public class ActivationStatisticsTests
{
    [Fact]
    public void Similarity_UnitThatNeverChanges_CorrelatesWithNothing()
    {
        // 0.1 has no exact mean: the deviation that rounding leaves is not a signal.
        var statistics = new ActivationStatistics(2);
        statistics.Add([0.1, 1, 0.1, 2, 0.1, 4], [3, 0, 1, 0, 2, 0]);
        var correlations = statistics.Similarity(ActivationSimilarity.Correlation);
        Assert.Equal([0, 0, 0], new[] { correlations[0], correlations[1], correlations[3] });
        Assert.NotEqual(0, correlations[2]);
    }

    [Fact]
    public void Add_HalfSamplesOrNoNumbers_IsRefused()
    {
        var statistics = new ActivationStatistics(2);
        Assert.Throws<ArgumentException>(() => statistics.Add([1, 2, 3], [1, 2, 3]));
        Assert.Throws<ArgumentException>(() => statistics.Add([1, 2], [1, 2, 3, 4]));
        Assert.Throws<ArgumentException>(() => statistics.Add([1, 2], [1, double.NaN]));
        Assert.Throws<ArgumentException>(() => statistics.Add([double.PositiveInfinity, 2], [1, 2]));
        Assert.Equal(0, statistics.Count);
        Assert.Throws<InvalidOperationException>(() => statistics.Similarity(ActivationSimilarity.Inner));
    }

    [Fact]
    public void Run_PermutationWithoutActivations_IsNamed()
    {
        var spec = new PermutationSpec([TensorAxes.Of("w", "P"), TensorAxes.Of("v", "Q")]);
        var manifest = new TensorManifest([new("w", TensorDType.F32, [3]), new("v", TensorDType.F32, [2])]);
        var refused = Assert.Throws<ArgumentException>(() => ActivationMatching.Run(
            spec, manifest, new Dictionary<string, ActivationStatistics> { ["Q"] = new(4) }));
        Assert.Contains("no activations for permutation 'P'", refused.Message, StringComparison.Ordinal);
        Assert.Contains("'Q' are of 4 units, the model has 2", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void BarrierCurve_OtherPositionsOrNoNumbers_AreRefused()
    {
        Assert.Throws<ArgumentException>(() => new BarrierCurve([0, 0.5], [1, 1]));
        Assert.Throws<ArgumentException>(() => new BarrierCurve([0, 0.5, 0.5, 1], [1, 1, 1, 1]));
        Assert.Throws<ArgumentException>(() => new BarrierCurve([0, 1], [1]));
        Assert.Contains("t = 1 is NaN", Assert.Throws<ArgumentException>(() => new BarrierCurve([0, 1], [1, double.NaN])).Message, StringComparison.Ordinal);
        Assert.Equal(25, BarrierCurve.Spaced().Length);
    }

    [Fact]
    public void BarrierCurve_StraightLineBetweenUnequalEnds_HasABarrierByTheMeanOnly()
    {
        var curve = new BarrierCurve([0, 0.5, 1], [1, 2, 3]);
        Assert.Equal((1, 0, 1), (curve.EndpointMeanBarrier, curve.LinearBarrier, curve.AccuracyBarrier));
    }
}

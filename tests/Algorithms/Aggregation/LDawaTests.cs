using Distributed.Algorithms.Aggregation;
using Distributed.Algorithms.Tensors;
using Xunit;

namespace Distributed.Algorithms.Tests.Aggregation;

public class LDawaTests
{
    private static readonly TensorManifest Manifest = new(
    [
        new("w", TensorDType.F32, [2]),
        new("bn.running_var", TensorDType.F32, [2], isBuffer: true),
        new("scale", TensorDType.F32, []),
    ]);

    private static TensorSet Model(float w0, float w1, float v0, float v1, float scale)
    {
        var set = new TensorSet(Manifest);
        ((float[])[w0, w1]).CopyTo(set.Values<float>("w"));
        ((float[])[v0, v1]).CopyTo(set.Values<float>("bn.running_var"));
        set.Values<float>("scale")[0] = scale;
        return set;
    }

    private static (AggregateReport Report, TensorSet Model) Run(LDawaParameters parameters, int round = 3) => Models.Run("ldawa", parameters,
        Models.Round([Model(3, 0, 3, 0, 5), Model(0, -2, 0, 2, 7)], [3, 1], Model(1, 1, 1, 1, 1)) with { Round = round });

    [Fact]
    public void Aggregate_Default_ScalesTensorsButNotBuffersNorScalars()
    {
        var (report, model) = Run(new());
        var cos = Math.Sqrt(0.5);
        Assert.Equal([(float)(1.5 * cos), (float)cos], model.Values<float>("w").ToArray());
        Assert.Equal([1.5f, 1f], model.Values<float>("bn.running_var").ToArray());
        Assert.Equal(6, model.Values<float>("scale")[0]);
        Assert.Equal([cos, 1, 1], report.Factors!.OfClient(0).ToArray().Select(f => Math.Round(f, 15)), (a, b) => Math.Abs(a - b) < 1e-14);
        Assert.Equal(-cos / 2, report.Coefficients[1, 0], 1e-15);
        Assert.Equal(-cos, report.Metrics["cosine.min"], 1e-15);
    }

    [Fact]
    public void Aggregate_Published_ScalesBuffersToo()
    {
        var (_, model) = Run(new() { SkipBuffers = false });
        Assert.Equal((float)(1.5 * Math.Sqrt(0.5)), model.Values<float>("bn.running_var")[0]);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(2)]
    public void Aggregate_WarmUp_IsTheMeanByExamples(int round)
    {
        var (report, model) = Run(new(), round);
        Assert.Equal([2.25f, -0.5f], model.Values<float>("w").ToArray());
        Assert.Null(report.Factors);
    }

    [Fact]
    public void Aggregate_ByExamples_WeighsTheCosines()
    {
        var (report, _) = Run(new() { Weights = LDawaWeights.Examples });
        Assert.Equal(0.75 * Math.Sqrt(0.5), report.Coefficients[0, 0], 1e-15);
    }
}

using Distributed.Algorithms.Aggregation;
using Distributed.Algorithms.Tensors;
using Xunit;

namespace Distributed.Algorithms.Tests.Aggregation;

public class FedAvgTests
{
    private static (AggregateReport Report, TensorSet Model) Run(AggregationInput input, FedAvgParameters? parameters = null) =>
        Models.Run("fedavg", parameters ?? new(), input);

    [Fact]
    public void Aggregate_TwoClients_WeighsByExamples()
    {
        var (report, model) = Run(Models.Round([Models.Of([1f, 10f]), Models.Of([4f, 40f])], [2, 1]));
        Assert.Equal(AggregateOutcome.Updated, report.Outcome);
        Assert.Equal([2f, 20f], model.Values<float>("w").ToArray());
        Assert.Equal(["c0000", "c0001"], report.Coefficients.Clients.ToArray());
        Assert.Equal(2.0 / 3, report.Coefficients[0, 0]);
        Assert.Equal(1, report.Coefficients.Sum(0), 1e-15);
    }

    [Fact]
    public void Aggregate_Gamma_ShrinksParametersButNotBuffers()
    {
        var set = new TensorSet(new TensorManifest([new("w", TensorDType.F32, [1]), new("m", TensorDType.F32, [1], isBuffer: true)]));
        set.Values<float>("w")[0] = 8;
        set.Values<float>("m")[0] = 8;
        var (report, model) = Run(Models.Round([set], [5]), new() { Gamma = 0.75 });
        Assert.Equal((6f, 8f), (model.Values<float>("w")[0], model.Values<float>("m")[0]));
        Assert.Equal((0.75, 1.0), (report.Coefficients.Sum(0), report.Coefficients.Sum(1)));
    }

    [Fact]
    public void Aggregate_NoClients_IsUnchangedWithItsState()
    {
        var manifest = Models.Of([1f]).Manifest;
        var (report, _) = Run(Models.Round([], [], manifest: manifest) with { State = new byte[] { 7 } });
        Assert.Equal(AggregateOutcome.NoUpdates, report.Outcome);
        Assert.Equal([7], report.State.ToArray());
    }

    [Fact]
    public void Aggregate_OnlyZeroWeights_HasNoMass() =>
        Assert.Equal(AggregateOutcome.NoMass, Run(Models.Round([Models.Of([1f])], [0])).Report.Outcome);

    [Fact]
    public void Aggregate_ZeroWeight_IsLeftOut()
    {
        var (report, model) = Run(Models.Round([Models.Of([5f]), Models.Of([3f])], [0, 2]));
        Assert.Equal(3f, model.Values<float>("w")[0]);
        Assert.Equal(["c0001"], report.Coefficients.Clients.ToArray());
    }

    [Fact]
    public void Aggregate_Overflow_IsReportedNotWritten()
    {
        var (report, _) = Run(Models.Round([Models.Of([float.MaxValue])], [1]), new() { Gamma = 1.5 });
        Assert.Equal(AggregateOutcome.NonFinite, report.Outcome);
        Assert.Contains("'w'", report.Reason, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(BufferPolicy.Average, 0.3f, 9, 5)]
    [InlineData(BufferPolicy.Recalibrate, 0.3f, 9, 5)]
    [InlineData(BufferPolicy.Local, 0.3f, 9, 5)]
    public void Aggregate_Buffers_FollowThePolicy(BufferPolicy policy, float variance, long batches, int id)
    {
        var manifest = new TensorManifest(
        [
            new("bn.running_var", TensorDType.F32, [1], isBuffer: true),
            new("bn.num_batches_tracked", TensorDType.I64, [], isBuffer: true),
            new("id", TensorDType.I32, [1], isBuffer: true),
        ]);
        TensorSet Model(float v, long n, int i)
        {
            var set = new TensorSet(manifest);
            set.Values<float>("bn.running_var")[0] = v;
            set.Values<long>("bn.num_batches_tracked")[0] = n;
            set.Values<int>("id")[0] = i;
            return set;
        }
        var (_, model) = Run(Models.Round([Model(0.1f, 9, 5), Model(0.4f, 3, 6)], [1, 2], Model(7, 70, 700)), new() { Buffers = policy });
        Assert.Equal(variance, model.Values<float>("bn.running_var")[0], 1e-6f);
        Assert.Equal(batches, model.Values<long>("bn.num_batches_tracked")[0]);
        Assert.Equal(id, model.Values<int>("id")[0]);
    }

    [Fact]
    public void Aggregate_NegativeVariance_BecomesZero()
    {
        var set = new TensorSet(new TensorManifest([new("running_var", TensorDType.F32, [1], isBuffer: true)]));
        set.Values<float>("running_var")[0] = -1;
        Assert.Equal(0, Run(Models.Round([set], [1])).Model.Values<float>("running_var")[0]);
    }

    [Fact]
    public void Aggregate_EveryElementType_AveragesToTheNearest()
    {
        var (a, b) = (Models.Mixed(1), Models.Mixed(2));
        var (_, model) = Run(Models.Round([a, b], [1, 3]));
        Assert.Equal((Half)(((double)a.Values<Half>("half")[1] + (3 * (double)b.Values<Half>("half")[1])) / 4), model.Values<Half>("half")[1]);
        Assert.Equal((a.Values<double>("wide")[1] + (3 * b.Values<double>("wide")[1])) / 4, model.Values<double>("wide")[1], 1e-15);
        static double Brain(TensorSet s) => BitConverter.UInt32BitsToSingle((uint)s.Values<ushort>("brain")[2] << 16);
        Assert.Equal((Brain(a) + (3 * Brain(b))) / 4, Brain(model), 1.0 / 256);
    }

    [Fact]
    public void Aggregate_SameClientTwice_Throws() => Assert.Throws<ArgumentException>(() => Models.Round([Models.Of([1f])], [1]) with
    {
        Updates = [new("a", 1, Models.Of([1f])), new("a", 1, Models.Of([1f]))],
    });

    [Fact]
    public void Aggregate_ReaderFails_ThrowsItsException() => Assert.Throws<EndOfStreamException>(() => Run(Models.Round([Models.Of([1f])], [1]) with
    {
        Updates = [new("a", 1, new Broken())],
    }));

    [Theory]
    [InlineData(-1)]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    [InlineData(1e17)]
    public void ClientUpdate_BadWeight_Throws(double weight) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new ClientUpdate("a", weight, Models.Of([1f])));

    private sealed class Broken : ITensorReader
    {
        public ReadOnlySpan<byte> Read(long offset, Span<byte> buffer) => throw new EndOfStreamException("cut");
    }
}

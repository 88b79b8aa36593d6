using Distributed.Algorithms.Aggregation;
using Xunit;

namespace Distributed.Algorithms.Tests.Aggregation;

public class CoherenceTests
{
    [Fact]
    public void Measure_OneClient_IsNotANumber() => Assert.True(double.IsNaN(Coherence.Measure(Models.Round([Models.Of([1f])], [1]))));

    [Fact]
    public void Measure_ClientThatDidNotMove_HasCosineZero()
    {
        var input = Models.Round([Models.Of([1f, 2f]), Models.Of([2f, 2f]), Models.Of([5f, 2f])], [1, 1, 1], Models.Of([1f, 2f]));
        Assert.Equal(1.0 / 3, Coherence.Measure(input), 1e-15);
        Assert.Equal([0, 0, 0, 0, 1, 1, 0, 1, 1], Coherence.Pairwise(input).Cast<double>());
    }

    [Fact]
    public void Measure_BuffersDiffer_DoNotCount()
    {
        var a = Models.Mixed(1);
        var b = Models.Mixed(1);
        b.Values<float>("bn.running_var")[0] = 1000;
        Assert.Equal(1, Coherence.Measure(Models.Round([a, b], [1, 1])), 1e-12);
    }
}

using Distributed.Algorithms.Aggregation;
using Xunit;

namespace Distributed.Algorithms.Tests.Aggregation;

public class CriticalPointTests
{
    [Fact]
    public void Next_MovingMeanOfThreeFallsToZero_ReachesOnceAndStays()
    {
        var point = CriticalPoint.Start;
        double[] coherence = [0.2, 0.3, 0.1, double.NaN, -0.1, -0.3, 0.9, 0.9];
        int?[] reached = [null, null, null, null, null, 5, 5, 5];
        for (var round = 0; round < coherence.Length; round++)
        {
            point = CriticalPoint.Parse(point.ToBytes()).Next(round, coherence[round]);
            Assert.Equal(reached[round], point.Reached);
        }
    }

    [Fact]
    public void Next_TwoBadRounds_AreNotYetThree() =>
        Assert.Null(CriticalPoint.Start.Next(0, -1).Next(1, -1).Reached);
}

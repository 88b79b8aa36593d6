using Distributed.Coordinator.Rounds;


namespace Distributed.Coordinator.Tests.Rounds;

public sealed class CohortDrawTests
{
    [Fact]
    public void Draw_SameSeedAndRound_SameClientsAscending()
    {
        var cohort = Draw(7, 3);

        Assert.Equal(cohort, Draw(7, 3));
        Assert.Equal(10, cohort.Distinct().Count());
        Assert.Equal(cohort.Order(), cohort);
        Assert.NotEqual(cohort, Draw(7, 4));
        Assert.NotEqual(cohort, Draw(8, 3));
    }

    private static int[] Draw(int seed, int round) => [.. CohortDraw.Draw(seed, round, 100, 10)];

    [Fact]
    public void Draw_ManyRounds_EveryClientEquallyOften()
    {
        var drawn = Enumerable.Range(0, 10_000).SelectMany(round => CohortDraw.Draw(1, round, 20, 5)).CountBy(client => client).ToDictionary();

        // 2,500 expected of each, standard deviation 43.
        Assert.All(Enumerable.Range(0, 20), client => Assert.InRange(drawn[client], 2280, 2720));
    }
}

using Distributed.Collectives.Gloo;
using Distributed.Collectives.Groups;
using Distributed.Collectives.Tests.Groups;
using Distributed.Collectives.Tests.Support;

namespace Distributed.Collectives.Tests.Gloo;

public sealed class GlooGroupTests : GroupConformance
{
    protected override bool InOrder => false;

    protected override bool TellsWhy => false;

    // Gloo keeps its own time.
    [Fact]
    public override async Task Deadline_RanksThatDoNotCome_AreNamed()
    {
        using var ranks = new Ranks(await CreateAsync(3));
        var failures = await ranks.Failures(group => group.Rank == 2 ? group.BarrierAsync(TimeSpan.FromMilliseconds(200)) : Task.CompletedTask);

        Assert.Equal(new(FailureCode.Deadline, -1, "a rank did not come to a barrier within 0.2 s"), failures[2]);
    }

    [Fact]
    public async Task Join_RankThatDoesNotCome_EndsAtTheDeadline()
    {
        var rendezvous = new TestRendezvous(2);
        var join = GlooGroup.JoinAsync(rendezvous.Of(0), 0, 2, "127.0.0.1", TimeSpan.FromMilliseconds(200));

        Assert.Equal(FailureCode.Deadline, (await Assert.ThrowsAsync<GroupException>(() => join)).Failure.Code);
    }

    protected override async Task<IReadOnlyList<IProcessGroup>> CreateAsync(int size, TimeProvider? time = null)
    {
        var rendezvous = new TestRendezvous(size);
        return await Task.WhenAll(Enumerable.Range(0, size).Select(rank =>
            GlooGroup.JoinAsync(rendezvous.Of(rank), rank, size, "127.0.0.1", TimeSpan.FromMinutes(1), time)));
    }
}

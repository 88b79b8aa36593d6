using Distributed.Collectives.Groups;
using Distributed.Collectives.Hosts;
using Distributed.Collectives.Tests.Groups;
using Distributed.Collectives.Tests.Support;

namespace Distributed.Collectives.Tests.Hosts;

/// <summary>Hosts are names here; NamespaceTests has two that only a network joins.</summary>
public sealed class HierarchicalGroupTests : GroupConformance
{
    protected override bool InOrder => false;

    protected override bool TellsWhy => false;

    // Gloo keeps its own time.
    [Fact]
    public override async Task Deadline_RanksThatDoNotCome_AreNamed()
    {
        using var ranks = new Ranks(await CreateAsync(4));
        var failures = await ranks.Failures(group => group.Rank == 3 ? Task.CompletedTask : group.BarrierAsync(TimeSpan.FromMilliseconds(300)));

        // Ranks 0 and 2 are on a host, 1 and 3 on another.
        Assert.Equal(new(FailureCode.Deadline, 3, "rank 3 did not come to an all-reduce (Sum) of 0 Float32 within 0.3 s"), failures[1]! with { Message = failures[1]!.Message });
        Assert.All(failures.Take(3), failure => Assert.NotNull(failure));
    }

    protected override async Task<IReadOnlyList<IProcessGroup>> CreateAsync(int size, TimeProvider? time = null)
    {
        var rendezvous = new TestRendezvous(size);
        return await Task.WhenAll(Enumerable.Range(0, size).Select(rank =>
            ProcessGroups.JoinAsync(rendezvous.Of(rank), rank, size, $"host {rank % 2}", "127.0.0.1", TimeSpan.FromMinutes(1))));
    }
}

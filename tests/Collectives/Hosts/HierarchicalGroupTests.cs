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

        // Ranks 1 and 3 are on a host: who waits there knows for whom. The others wait for that host.
        Assert.Equal((FailureCode.Deadline, 3), (failures[1]!.Code, failures[1]!.Rank));
        Assert.All(failures.Take(3), Assert.NotNull);
    }

    protected override async Task<IReadOnlyList<IProcessGroup>> CreateAsync(int size, TimeProvider? time = null)
    {
        var rendezvous = new TestRendezvous(size);
        return await Task.WhenAll(Enumerable.Range(0, size).Select(rank =>
            ProcessGroups.JoinAsync(rendezvous.Of(rank), rank, size, $"host {rank % 2}", "127.0.0.1", TimeSpan.FromMinutes(1))));
    }
}

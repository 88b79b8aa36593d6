using System.Diagnostics;
using Distributed.Collectives.Groups;
using Distributed.Collectives.SharedMemory;
using Distributed.Collectives.Tests.Support;

namespace Distributed.Collectives.Tests.SharedMemory;

/// <summary>Ranks as processes that are killed and stopped. They run by themselves: how long a notice takes is measured.</summary>
[Collection(Alone)]
[CollectionDefinition(Alone, DisableParallelization = true)]
public sealed class DeathTests : IDisposable
{
    internal const string Alone = "processes that die";

    private readonly string _name = $"test-{Guid.NewGuid():N}";
    private readonly List<WorkerProcess> _workers = [];

    private string File => $"/dev/shm/distributed-{_name}";

    [Theory]
    [InlineData(2)]
    [InlineData(4)]
    public async Task Rank_KilledInTheMiddle_IsNamedToTheOthersWithinTwoSeconds(int size)
    {
        Start(size, deadlineSeconds: 60);
        var victim = _workers[^1];
        await victim.Line();
        victim.Kill();
        var clock = Stopwatch.StartNew();

        foreach (var worker in _workers.SkipLast(1)) Assert.Equal($"RankLost {size - 1} the process of rank {size - 1} has ended", await worker.Reason());
        Assert.InRange(clock.Elapsed.TotalSeconds, 0, 2);
    }

    [Fact]
    public async Task Rank_Stopped_IsNamedToTheOthersAtTheDeadline()
    {
        Start(3, deadlineSeconds: 2);
        await _workers[1].Line();
        _workers[1].Stop();

        foreach (var worker in new[] { _workers[0], _workers[2] })
            Assert.StartsWith("Deadline 1 rank 1 did not come to an all-reduce (Max) of 5000000 Float32 within 2 s", await worker.Reason(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Group_ThatHasMet_LeavesNoFileWhateverHappens()
    {
        Start(2, deadlineSeconds: 60);
        await Task.WhenAll(_workers.Select(worker => worker.Line()));
        Assert.False(System.IO.File.Exists(File));

        foreach (var worker in _workers) worker.Kill();
        Assert.False(System.IO.File.Exists(File));
    }

    [Fact]
    public async Task Rank_KilledWhileItJoins_IsNamedToTheOthers()
    {
        // Rank 2 never comes, so that the others wait for it.
        var joining = SharedMemoryGroup.JoinAsync(_name, 0, 3, TimeSpan.FromMinutes(1));
        _workers.Add(new(_name, 1, 3, 60));
        using (var segment = Segment.TryOpen(File, new(3, 1 << 20))!)
        {
            while (!Joined(segment, 1)) await Task.Yield();
        }
        _workers[0].Kill();

        var failure = (await Assert.ThrowsAsync<GroupException>(() => joining)).Failure;
        Assert.Equal((FailureCode.RankLost, 1), (failure.Code, failure.Rank));
        Assert.False(System.IO.File.Exists(File));
    }

    public void Dispose()
    {
        foreach (var worker in _workers) worker.Dispose();
    }

    private static unsafe bool Joined(Segment segment, int rank) => Volatile.Read(ref segment.Page(rank)->Joined) == 1;

    private void Start(int size, int deadlineSeconds) =>
        _workers.AddRange(Enumerable.Range(0, size).Select(rank => new WorkerProcess(_name, rank, size, deadlineSeconds)));
}

using Distributed.Collectives.Groups;
using Distributed.Collectives.SharedMemory;
using Distributed.Collectives.Tests.Support;

namespace Distributed.Collectives.Tests.SharedMemory;

public sealed class JoinTests : IDisposable
{
    private static readonly TimeSpan Long = TimeSpan.FromMinutes(1);

    private readonly string _folder = Directory.CreateTempSubdirectory("distributed-test-").FullName;

    [Fact]
    public async Task Join_AllRanks_LeavesNoFile()
    {
        var groups = await Task.WhenAll(Join(0, new(2, 4096)), Join(1, new(2, 4096)));

        Assert.Empty(Directory.GetFiles(_folder));
        foreach (var group in groups) group.Dispose();
    }

    [Fact]
    public async Task Join_NoRoom_EveryRankIsToldHowMuchIsMissing()
    {
        // More than any machine has.
        var layout = new Layout(5000, int.MaxValue / 4096 * 4096);
        var failures = await Failures(Join(0, layout), Join(1, layout));

        Assert.All(failures, failure =>
        {
            Assert.Equal(FailureCode.NoSpace, failure.Code);
            Assert.Contains($"no room for {layout.FileBytes >> 20} MiB", failure.Message, StringComparison.Ordinal);
        });
    }

    [Fact]
    public async Task Join_RankThatDoesNotCome_IsNamedAtTheDeadline()
    {
        var failure = await Failures(Join(0, new(3, 4096), TimeSpan.FromMilliseconds(300)), Join(2, new(3, 4096)));

        Assert.All(failure, one => Assert.Equal((FailureCode.Deadline, 1), (one.Code, one.Rank)));
        Assert.Empty(Directory.GetFiles(_folder));
    }

    [Fact]
    public async Task Join_NobodyMakesTheFile_RankZeroIsNamed()
    {
        var failure = Assert.Single(await Failures(Join(1, new(2, 4096), TimeSpan.FromMilliseconds(10))));

        Assert.Equal((FailureCode.Deadline, 0), (failure.Code, failure.Rank));
    }

    [Fact]
    public async Task Join_SameRankTwice_SecondIsRefused()
    {
        var first = Join(0, new(3, 4096));
        var second = Join(1, new(3, 4096));
        var failures = await Failures(Join(0, new(3, 4096)), Join(1, new(3, 4096)));
        var third = Join(2, new(3, 4096));

        Assert.All(failures, failure => Assert.Equal(FailureCode.NameTaken, failure.Code));
        foreach (var group in await Task.WhenAll(first, second, third)) group.Dispose();
    }

    [Fact]
    public async Task Join_OtherNumberOfRanks_IsRefused()
    {
        using var cancel = new CancellationTokenSource();
        var first = SharedMemoryGroup.JoinAsync(_folder, "group", 0, new(2, 4096), Long, cancellation: cancel.Token);
        var failure = Assert.Single(await Failures(Join(1, new(3, 4096))));
        await cancel.CancelAsync();

        Assert.Equal(FailureCode.Mismatch, failure.Code);
        Assert.Equal(FailureCode.Aborted, Assert.Single(await Failures(first)).Code);
    }

    [Fact]
    public async Task Join_FilesOfProcessesThatWereKilled_AreSweptAndNoOthers()
    {
        var (old, held, young, other) = (Touch("distributed-old"), Touch("distributed-held"), Touch("distributed-young"), Touch("other"));
        foreach (var file in new[] { old, held, other }) File.SetLastWriteTimeUtc(file, DateTime.UtcNow.AddMinutes(-2));
        using var handle = File.OpenHandle(held, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite);
        Assert.True(Linux.TryLock(handle, 3));
        using var group = await Join(0, new(1, 4096));

        Assert.Equal(new[] { held, other, young }.Order(), Directory.GetFiles(_folder).Order());
    }

    [Theory]
    [InlineData("")]
    [InlineData("../x")]
    [InlineData("a b")]
    public async Task Join_NameThatIsNoFileName_Throws(string name) =>
        await Assert.ThrowsAsync<ArgumentException>(() => SharedMemoryGroup.JoinAsync(name, 0, 1, Long));

    [Fact]
    public async Task Group_OfSmallSlots_ReducesWhatIsMuchLarger()
    {
        var groups = await Task.WhenAll(Join(0, new(2, 4096)), Join(1, new(2, 4096)));
        using var ranks = new Ranks(groups);
        await ranks.All(async group =>
        {
            using var buffer = new Numbers(ElementType.Float64, 100_003, k => k + group.Rank);
            using var block = new Numbers(ElementType.Float64, 50_001);
            await group.AllReduceAsync(buffer.Elements, Reduction.Sum, Long);
            Assert.Null(buffer.Difference(k => (2 * k) + 1));
            await group.ReduceScatterAsync(buffer.Elements.Slice(0, 100_002), block.Elements, Reduction.Max, Long);
            Assert.Null(block.Difference(k => (2 * (k + (group.Rank * 50_001))) + 1));
        });
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static async Task<GroupFailure[]> Failures(params Task<SharedMemoryGroup>[] joins) =>
        await Task.WhenAll(joins.Select(async join => (await Assert.ThrowsAsync<GroupException>(() => join)).Failure));

    private Task<SharedMemoryGroup> Join(int rank, Layout layout, TimeSpan? deadline = null) =>
        SharedMemoryGroup.JoinAsync(_folder, "group", rank, layout, deadline ?? Long);

    private string Touch(string name)
    {
        var path = Path.Combine(_folder, name);
        File.WriteAllBytes(path, []);
        return path;
    }
}

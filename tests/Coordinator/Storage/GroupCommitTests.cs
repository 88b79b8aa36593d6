using Distributed.Coordinator.Storage;

namespace Distributed.Coordinator.Tests.Storage;

public sealed class GroupCommitTests
{
    [Fact]
    public async Task Request_WhileOneRuns_SharesTheNext()
    {
        var (runs, started) = (new List<TaskCompletionSource>(), new SemaphoreSlim(0));
        var commit = new GroupCommit(() =>
        {
            runs.Add(new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
            started.Release();
            return runs[^1].Task;
        });

        var first = commit.RequestAsync();
        await started.WaitAsync();
        var (second, third) = (commit.RequestAsync(), commit.RequestAsync());
        Assert.Same(second, third);
        Assert.False(second.IsCompleted);

        runs[0].SetResult();
        await first;
        await started.WaitAsync();
        runs[1].SetResult();
        await second;
        Assert.Equal(2, runs.Count);
    }

    [Fact]
    public async Task Request_AfterFailure_RunsAgain()
    {
        var failures = 1;
        var commit = new GroupCommit(() => failures-- > 0 ? Task.FromException(new IOException("disk")) : Task.CompletedTask);
        await Assert.ThrowsAsync<IOException>(commit.RequestAsync);
        await commit.RequestAsync();
    }
}

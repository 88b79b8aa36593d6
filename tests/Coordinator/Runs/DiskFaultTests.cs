using Distributed.Coordinator.Tests.Hosting;
using Distributed.Coordinator.Tests.Support;

namespace Distributed.Coordinator.Tests.Runs;

/// <summary>A disk that fails once at each durable write, in each way: the run pauses, says so, and goes on in the same process to the same model.</summary>
public sealed class DiskFaultTests
{
    public static TheoryData<string, string> Faults()
    {
        var faults = new TheoryData<string, string>();
        foreach (var action in new[] { "disk-full", "read-only", "io-error" })
        {
            foreach (var point in new[] { "SpoolBeforeWrite@hit=4", "SpoolAfterRename@hit=4", "CheckpointBeforeWrite@hit=4", "CommitBeforeManifest@hit=2", "RecordBeforeWrite@hit=2" })
            {
                faults.Add(point, action);
            }
        }

        return faults;
    }

    [Theory]
    [MemberData(nameof(Faults))]
    public async Task Run_DiskFailsOnce_PausesAndCompletesWithTheSameModel(string point, string action)
    {
        using var data = new TempFolder();
        await using var coordinator = await RunningCoordinator.StartAsync(data.Path, failpoints: $"{point}:{action}");
        await using var node = await coordinator.Node("node-a", slots: 2).StartAsync();

        var run = await coordinator.SubmitAsync(WholeRunTests.Spec(rounds: 3, clients: 2));
        var (records, final) = await coordinator.FollowAsync(run);

        Assert.Equal("completed", final.State);
        Assert.Equal(WholeRunTests.ExpectedHash(round: 3, clients: 2), final.ModelHash);
        Assert.Equal(["committed", "committed", "committed"], records.Select(record => record.Outcome));
        Assert.Equal(3, (await File.ReadAllLinesAsync(Path.Combine(data.Path, "runs", run, "rounds.jsonl"))).Length);
        Assert.Contains("pauses: ", coordinator.Log, StringComparison.Ordinal);
        Assert.Contains("goes on", coordinator.Log, StringComparison.Ordinal);
    }

    // The state of a grain is found again in manifests and lines: nothing waits for it.
    [Theory]
    [InlineData("StateBeforeWrite:disk-full")]
    [InlineData("StateBeforeWrite:io-error")]
    public async Task Run_StateIsNeverWritten_CompletesAllTheSame(string failpoint)
    {
        using var data = new TempFolder();
        await using var coordinator = await RunningCoordinator.StartAsync(data.Path, failpoints: failpoint);
        await using var node = await coordinator.Node("node-a").StartAsync();

        var (records, final) = await coordinator.FollowAsync(await coordinator.SubmitAsync(WholeRunTests.Spec(rounds: 2, clients: 1)));

        Assert.Equal(("completed", 2), (final.State, records.Count));
    }
}

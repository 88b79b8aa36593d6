using System.Collections.Immutable;
using Distributed.Coordinator.Membership;
using Distributed.Coordinator.Telemetry;
using Microsoft.Extensions.Logging;
using Orleans;

namespace Distributed.Coordinator.Runs;

/// <inheritdoc cref="IDirectoryGrain" />
internal sealed partial class DirectoryGrain(OpenRounds runs, CoordinatorMetrics metrics, ILogger<DirectoryGrain> logger) : Grain, IDirectoryGrain
{
    private readonly SortedDictionary<string, Member> members = new(StringComparer.Ordinal);
    private readonly HashSet<string> active = new(StringComparer.Ordinal);

    public async Task NodeJoined(NodeDescription node, ImmutableArray<NodeTaskKey> holding, INodeConnection connection)
    {
        members[node.Name] = new Member(node, holding, connection);
        metrics.NodeJoined();
        LogJoined(node.Name, node.Slots, node.Device);
        foreach (var run in active.ToList())
        {
            await Introduce(run, members[node.Name]);
        }
    }

    public async Task NodeLeft(string node, long session, string reason)
    {
        if (!members.TryGetValue(node, out var member) || member.Node.Session != session || member.Connection is null)
        {
            return;
        }

        members[node] = member with { Connection = null };
        metrics.NodeLeft();
        LogLeft(node, reason);
        foreach (var run in active.ToList())
        {
            await Tell(run, grain => grain.NodeLeft(node, session, reason));
        }
    }

    public async Task RunStarted(string runId)
    {
        if (active.Add(runId))
        {
            foreach (var member in members.Values.Where(member => member.Connection is not null).ToList())
            {
                await Introduce(runId, member);
            }
        }
    }

    public Task RunEnded(string runId)
    {
        active.Remove(runId);
        return Task.CompletedTask;
    }

    public Task<ImmutableArray<NodeReport>> Nodes()
    {
        var busy = runs.BusyNodes();
        return Task.FromResult(members.Values.Select(member => new NodeReport(
            member.Node.Name,
            member.Connection is null ? "gone" : busy.Contains(member.Node.Name) ? "training" : "joined",
            member.Node.Slots,
            member.Node.Device)).ToImmutableArray());
    }

    private Task Introduce(string run, Member member) =>
        Tell(run, grain => grain.NodeJoined(member.Node, [.. member.Holding.Where(task => task.RunId == run)], member.Connection!));

    // A run that fails must not take the directory with it.
    private async Task Tell(string run, Func<IRunGrain, Task> message)
    {
        try
        {
            await message(GrainFactory.GetGrain<IRunGrain>(run));
        }
        catch (Exception error)
        {
            LogRunUnreachable(error, run);
        }
    }

    private sealed record Member(NodeDescription Node, ImmutableArray<NodeTaskKey> Holding, INodeConnection? Connection);
}

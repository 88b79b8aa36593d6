using System.Collections.Immutable;
using Microsoft.Extensions.Options;
using Orleans;

namespace Distributed.Coordinator.Membership;

/// <inheritdoc cref="INodeGrain" />
internal sealed class NodeGrain(TimeProvider time, IOptions<MembershipOptions> options) : Grain, INodeGrain
{
    private NodeDescription? current;
    private INodeConnection? connection;
    private long heardAt;

    public async Task<TimeSpan?> Connect(NodeDescription node, ImmutableArray<NodeTaskKey> holding, INodeConnection connection)
    {
        if (current is { } before)
        {
            // The same node again, whose old stream the network has swallowed, has missed a heartbeat; one that has not is another, living node.
            if (time.GetElapsedTime(heardAt) is var silence && silence < options.Value.NameHeld)
            {
                return silence;
            }

            await this.connection!.Close("replaced by a newer connection");
            await Leave(before.Session, "replaced by a newer connection");
        }

        (current, this.connection, heardAt) = (node, connection, time.GetTimestamp());
        await Directory.NodeJoined(node, holding, connection);
        return null;
    }

    public Task Heartbeat(long session)
    {
        if (current?.Session == session)
        {
            heardAt = time.GetTimestamp();
        }

        return Task.CompletedTask;
    }

    public Task Disconnect(long session, string reason) => current?.Session == session ? Leave(session, reason) : Task.CompletedTask;

    private IDirectoryGrain Directory => GrainFactory.GetGrain<IDirectoryGrain>(0);

    private async Task Leave(long session, string reason)
    {
        (current, connection) = (null, null);
        await Directory.NodeLeft(this.GetPrimaryKeyString(), session, reason);
    }
}

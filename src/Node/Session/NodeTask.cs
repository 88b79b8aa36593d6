using Distributed.Protocols.V1;

namespace Distributed.Node.Session;

/// <summary>A task in work.</summary>
internal sealed class NodeTask(TaskAssigned assigned)
{
    private readonly CancellationTokenSource cancelled = new();

    /// <summary>As the coordinator assigned it.</summary>
    public TaskAssigned Assigned => assigned;

    /// <summary>Set when the coordinator no longer wants it, the run ends or the node stops.</summary>
    public CancellationToken Cancelled => cancelled.Token;

    /// <summary>Stops the work; nothing is answered.</summary>
    public void Cancel() => cancelled.Cancel();
}

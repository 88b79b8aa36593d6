using Distributed.Protocols.V1;

namespace Distributed.Node.Session;

/// <summary>A task in work.</summary>
#pragma warning disable CA1001 // A token source without a timer holds nothing that needs disposal, and may be cancelled at any time.
internal sealed class NodeTask(TaskAssigned assigned)
#pragma warning restore CA1001
{
    private readonly CancellationTokenSource cancelled = new();

    /// <summary>As the coordinator assigned it.</summary>
    public TaskAssigned Assigned => assigned;

    /// <summary>Set when the coordinator no longer wants it, the run ends or the node stops.</summary>
    public CancellationToken Cancelled => cancelled.Token;

    /// <summary>Stops the work; nothing is answered.</summary>
    public void Cancel() => cancelled.Cancel();
}

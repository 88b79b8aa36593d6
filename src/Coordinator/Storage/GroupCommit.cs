namespace Distributed.Coordinator.Storage;

/// <summary>
/// Shares one costly, idempotent action among callers: at most one runs at a time, and all who ask while it runs share the one after it. A caller never
/// joins an action that began before its request, which might have missed it.
/// </summary>
internal sealed class GroupCommit(Func<Task> action)
{
    private readonly Lock gate = new();
    private Task running = Task.CompletedTask;
    private Task? next;

    /// <summary>Completes when an action that began after this call has completed; fails when that one failed.</summary>
    public Task RequestAsync()
    {
        lock (gate)
        {
            return next ??= RunAfterAsync(running);
        }
    }

    private async Task RunAfterAsync(Task before)
    {
        // Not inline: the caller holds the lock, and who asks in the same moment shall share.
        await Task.Yield();
        await before.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        Task mine;
        lock (gate)
        {
            running = mine = action();
            next = null;
        }

        await mine;
    }
}

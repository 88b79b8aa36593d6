using Distributed.Protocols.V1;

namespace Distributed.Node.Session;

/// <summary>The tasks in work. They outlive a connection: after a reconnection the node says which ones it still holds.</summary>
internal sealed class TaskBoard
{
    private readonly Lock gate = new();
    private readonly Dictionary<TaskKey, NodeTask> tasks = [];

    /// <summary>What the node still works on or has an answer for that was not sent.</summary>
    public IReadOnlyList<TaskKey> Holding()
    {
        lock (gate)
        {
            return [.. tasks.Keys];
        }
    }

    /// <summary>Takes a task on. The same task twice is one task; from another base version it replaces the first.</summary>
    /// <param name="assigned">The task as assigned.</param>
    /// <param name="task">The new entry, to be worked on.</param>
    /// <returns>False when it is in work already.</returns>
    public bool TryAdd(TaskAssigned assigned, out NodeTask task)
    {
        lock (gate)
        {
            if (tasks.TryGetValue(assigned.Key, out var known))
            {
                if (known.Assigned.BaseVersion == assigned.BaseVersion && known.Assigned.BaseHash == assigned.BaseHash)
                {
                    task = known;
                    return false;
                }

                known.Cancel();
            }

            tasks[assigned.Key] = task = new NodeTask(assigned);
            return true;
        }
    }

    /// <summary>The task is over: answered, acknowledged or dropped.</summary>
    public void Remove(NodeTask task)
    {
        lock (gate)
        {
            if (tasks.TryGetValue(task.Assigned.Key, out var known) && known == task)
            {
                tasks.Remove(task.Assigned.Key);
            }
        }
    }

    /// <summary>Stops one task.</summary>
    public void Cancel(TaskKey key)
    {
        lock (gate)
        {
            if (tasks.Remove(key, out var task))
            {
                task.Cancel();
            }
        }
    }

    /// <summary>Stops every task of a run, or all.</summary>
    public void CancelAll(string? runId = null)
    {
        lock (gate)
        {
            foreach (var task in tasks.Values.Where(task => runId is null || task.Assigned.Key.RunId == runId).ToArray())
            {
                tasks.Remove(task.Assigned.Key);
                task.Cancel();
            }
        }
    }
}

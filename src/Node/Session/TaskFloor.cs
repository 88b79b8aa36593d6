using Distributed.Protocols.Refusals;
using Distributed.Protocols.V1;
using Microsoft.Extensions.Logging;

namespace Distributed.Node.Session;

/// <summary>Takes tasks in, works on so many at a time, and sees that each gets its answer. Lives as long as the node, across connections.</summary>
internal sealed partial class TaskFloor(RunDirectory runs, TaskRunner runner, Outbox outbox, int slots, TimeProvider time, ILogger logger) : IDisposable
{
    private readonly Lock gate = new();
    private readonly Dictionary<NodeTask, Task> working = [];
    // Twice the slots: while one task trains, another one's transfers go on. Bounds the buffers if more are assigned.
    private readonly SemaphoreSlim room = new(2 * slots);

    /// <summary>What is in work, for Hello.</summary>
    public TaskBoard Board { get; } = new();

    /// <summary>Begins a task that was assigned.</summary>
    public void Begin(TaskAssigned assigned)
    {
        if (Board.TryAdd(assigned, out var task))
        {
            lock (gate)
            {
                working[task] = Task.Run(() => WorkAsync(task));
            }
        }
    }

    /// <summary>Completes when nothing works on a run (null: on anything) any more.</summary>
    public Task IdleAsync(string? runId = null)
    {
        lock (gate)
        {
            return Task.WhenAll(working.Where(pair => runId is null || pair.Key.Assigned.Key.RunId == runId).Select(pair => pair.Value));
        }
    }

    public void Dispose() => room.Dispose();

    private async Task WorkAsync(NodeTask task)
    {
        var key = task.Assigned.Key;
        using var deadline = Deadline(task.Assigned);
        using var ends = CancellationTokenSource.CreateLinkedTokenSource(task.Cancelled, deadline.Token);
        try
        {
            await room.WaitAsync(ends.Token);
            try
            {
                if (key.Kind == TaskKind.Aggregate)
                {
                    LogAggregating(key.RunId, task.Assigned.Updates.Count, key.Round);
                }

                var answer = await runs.FindAsync(key.RunId) is { } run
                    ? await runner.RunAsync(run, task.Assigned, ends.Token)
                    : TaskRunner.Failed(key, new(RefusalCode.RunUnknown, "This node was not told of the run, or rejected it."));
                Answer(task, answer);
            }
            finally
            {
                room.Release();
            }
        }
        catch (OperationCanceledException)
        {
            LogDropped(key.RunId, key.Kind, key.Round, key.Index, deadline.IsCancellationRequested ? "its deadline has passed" : "it was cancelled");
            Board.Remove(task);
        }
        finally
        {
            lock (gate)
            {
                working.Remove(task);
            }
        }
    }

    private void Answer(NodeTask task, NodeMessage? answer)
    {
        if (answer is null)
        {
            Board.Remove(task);
            return;
        }

        if (answer.TaskFailed is { } failed)
        {
            LogFailed(failed.Key.RunId, failed.Key.Kind, failed.Key.Round, failed.Key.Index, failed.Code, failed.Detail);
        }

        // Held until it is written: a node that reconnects in between does not get the task again.
        outbox.Post(answer, sent: () => Board.Remove(task));
    }

    private CancellationTokenSource Deadline(TaskAssigned assigned) => assigned.DeadlineMilliseconds == 0
        ? new CancellationTokenSource()
        : new CancellationTokenSource(TimeSpan.FromMilliseconds(Math.Min(assigned.DeadlineMilliseconds, int.MaxValue)), time);
}

using System.Collections.Concurrent;

namespace Distributed.Collectives.Groups;

/// <summary>A thread that does one thing after the other.</summary>
internal sealed class Lane : IDisposable
{
    private readonly BlockingCollection<Task> _queue = [];
    private readonly Thread _thread;

    internal Lane(string name)
    {
        _thread = new(Work) { IsBackground = true, Name = name };
        _thread.Start();
    }

    internal Task Run(Action action)
    {
        var task = new Task(action, TaskCreationOptions.RunContinuationsAsynchronously);
        _queue.Add(task);
        return task;
    }

    /// <summary>Ends when everything in the queue has been done.</summary>
    public void Dispose()
    {
        _queue.CompleteAdding();
        _thread.Join();
        _queue.Dispose();
    }

    private void Work()
    {
        foreach (var task in _queue.GetConsumingEnumerable()) task.RunSynchronously();
    }
}

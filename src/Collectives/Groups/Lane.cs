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
        try
        {
            _queue.Add(task);
        }
        catch (InvalidOperationException)
        {
            // Disposed of by another thread meanwhile.
            return Task.FromException(new ObjectDisposedException(_thread.Name));
        }
        return task;
    }

    // The queue itself is left to the collector: a late call must find it closed, not gone.
    /// <summary>Ends when everything in the queue has been done.</summary>
    public void Dispose()
    {
        _queue.CompleteAdding();
        _thread.Join();
    }

    private void Work()
    {
        foreach (var task in _queue.GetConsumingEnumerable()) task.RunSynchronously();
    }
}

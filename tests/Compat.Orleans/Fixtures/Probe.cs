using System.Collections.Concurrent;
using System.Threading.Channels;

namespace Distributed.Compat.Orleans.Tests.Fixtures;

/// <summary>What a test and the grains of its silo share: a log to wait on, and gates that hold turns.</summary>
public sealed class Probe
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);
    private readonly Channel<string> log = Channel.CreateUnbounded<string>();
    private readonly ConcurrentDictionary<string, TaskCompletionSource> gates = new();

    /// <summary>Free use by a test's grain.</summary>
    public ConcurrentDictionary<string, object?> Values { get; } = new();

    public void Log(string what) => log.Writer.TryWrite(what);

    /// <summary>The next thing logged, waited for.</summary>
    public async Task<string> Next()
    {
        using var patience = new CancellationTokenSource(Patience);
        return await log.Reader.ReadAsync(patience.Token);
    }

    /// <summary>What is logged and not read, now.</summary>
    public string[] Rest()
    {
        var rest = new List<string>();
        while (log.Reader.TryRead(out var what))
        {
            rest.Add(what);
        }

        return [.. rest];
    }

    /// <summary>Completes when the test opens the gate of that name.</summary>
    public Task Gate(string name) => Source(name).Task.WaitAsync(Patience);

    public void Open(string name) => Source(name).TrySetResult();

    private TaskCompletionSource Source(string name)
        => gates.GetOrAdd(name, _ => new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
}

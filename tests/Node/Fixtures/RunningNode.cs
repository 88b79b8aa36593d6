using System.Collections.Concurrent;
using Distributed.Node.Connection;
using Distributed.Node.Engine;
using Distributed.Node.Hosting;
using Distributed.Node.Session;
using Distributed.Node.Training;
using Microsoft.Extensions.Logging;

namespace Distributed.Node.Tests.Fixtures;

/// <summary>A node of the test, stopped at its end.</summary>
internal sealed class RunningNode : IAsyncDisposable
{
    private readonly CancellationTokenSource stop = new();
    private readonly ListLogger log = new();

    public RunningNode(
        string address, string name = "node-a", int workers = 1, string[]? devices = null, NodePlugins? plugins = null, TimeSpan? namePatience = null)
    {
        var options = new NodeOptions
        {
            Coordinator = address, Name = name, Workers = workers, ChunkBytes = 64 * 1024,
            MinimumBackoff = TimeSpan.FromMilliseconds(1), MaximumBackoff = TimeSpan.FromMilliseconds(20),
            NamePatience = namePatience ?? TimeSpan.FromMilliseconds(20),
        };
        Exit = new NodeHost(options, log, plugins: plugins) { Devices = devices is null ? ComputeDevices.OfThisProcess : new(() => devices) }.RunAsync(stop.Token);
    }

    public Task<NodeExit> Exit { get; }

    public IEnumerable<string> Lines => log.Lines;

    /// <summary>Completes when a line with this text was logged.</summary>
    public Task LoggedAsync(string text) => log.WaitAsync(text).WaitAsync(Limits.Step);

    public async Task<NodeExit> StopAsync()
    {
        await stop.CancelAsync();
        return await Exit.WaitAsync(Limits.Step);
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        stop.Dispose();
    }

    private sealed class ListLogger : ILoggerFactory, ILogger
    {
        private readonly ConcurrentQueue<string> lines = new();
        private readonly ConcurrentDictionary<string, TaskCompletionSource> awaited = new();

        public IEnumerable<string> Lines => lines;

        public Task WaitAsync(string text)
        {
            var source = awaited.GetOrAdd(text, _ => new(TaskCreationOptions.RunContinuationsAsynchronously));
            if (lines.Any(line => line.Contains(text, StringComparison.Ordinal)))
            {
                source.TrySetResult();
            }

            return source.Task;
        }

        public ILogger CreateLogger(string categoryName) => this;

        public void AddProvider(ILoggerProvider provider)
        {
        }

        public bool IsEnabled(LogLevel logLevel) => true;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            var line = formatter(state, exception);
            lines.Enqueue(line);
            foreach (var (_, source) in awaited.Where(pair => line.Contains(pair.Key, StringComparison.Ordinal)))
            {
                source.TrySetResult();
            }
        }

        public void Dispose()
        {
        }
    }
}

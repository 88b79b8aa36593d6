using System.Collections.Concurrent;
using Distributed.Reports.Drawing;
using Microsoft.Extensions.Logging;

namespace Distributed.Coordinator.Tests.Hosting;

/// <summary>What the host logged, from Information on.</summary>
internal sealed class LogLines : ILoggerProvider, ILogger
{
    private readonly ConcurrentBag<(string Part, TaskCompletionSource<string> Line)> awaited = [];

    public ConcurrentQueue<string> Lines { get; } = new();

    /// <summary>The next line that holds <paramref name="part"/>; armed before what causes it.</summary>
    public Task<string> NextAsync(string part)
    {
        var line = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        awaited.Add((part, line));
        return line.Task.WaitAsync(TimeSpan.FromSeconds(20), TimeProvider.System);
    }

    public ILogger CreateLogger(string categoryName) => this;

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Information;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (IsEnabled(logLevel))
        {
            var text = $"{logLevel} {eventId.Id} {formatter(state, exception)} {exception}";
            Lines.Enqueue(text);
            foreach (var (_, line) in awaited.Where(wanted => text.Contains(wanted.Part, StringComparison.Ordinal)))
            {
                line.TrySetResult(text);
            }
        }
    }

    public override string ToString() => string.Join("\n", Lines);

    public void Dispose()
    {
    }
}

using System.Collections.Concurrent;
using Distributed.Cli.Output;
using Microsoft.Extensions.Logging;

namespace Distributed.Cli.Hosting;

/// <summary>What goes wrong in a simulation, in plain lines, each once: its nodes see the same files, and would all say the same.</summary>
internal sealed class SimulationLog(Terminal terminal) : ILoggerProvider
{
    // The node says a failed task, the run's end its refusal, and the view what the run waits for.
    private static readonly int[] ToldElsewhere = [2206, 2207, 2214, 3102];

    private readonly ConcurrentDictionary<string, bool> said = new(StringComparer.Ordinal);

    /// <inheritdoc />
    public ILogger CreateLogger(string categoryName) => new Lines(this);

    /// <inheritdoc />
    public void Dispose()
    {
    }

    private void Say(string line, Exception? exception)
    {
        if (said.TryAdd(line, true))
        {
            // What we did not foresee is told with all that is known of it.
            terminal.Complain(exception is null ? line : $"{line}{Environment.NewLine}{exception}");
        }
    }

    private sealed class Lines(SimulationLog log) : ILogger
    {
        public bool IsEnabled(LogLevel logLevel) => logLevel is >= LogLevel.Warning and not LogLevel.None;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (IsEnabled(logLevel) && !ToldElsewhere.Contains(eventId.Id))
            {
                log.Say(formatter(state, exception), exception);
            }
        }
    }
}

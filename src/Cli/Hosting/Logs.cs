using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Console;

namespace Distributed.Cli.Hosting;

/// <summary>Log lines on standard error: standard output is for results.</summary>
internal static class Logs
{
    /// <summary>A factory that writes lines of <paramref name="least"/> and above.</summary>
    public static ILoggerFactory ToStandardError(LogLevel least) => LoggerFactory.Create(logging => Configure(logging, least));

    /// <summary>Sets a host's logging up in the same way.</summary>
    public static void Configure(ILoggingBuilder logging, LogLevel least)
    {
        Filter(logging, least);
        logging.AddSimpleConsole(console =>
        {
            console.SingleLine = true;
            console.UseUtcTimestamp = true;
            console.TimestampFormat = "yyyy-MM-ddTHH:mm:ss.fffZ ";
            console.ColorBehavior = LoggerColorBehavior.Disabled;
        });
        logging.Services.Configure<ConsoleLoggerOptions>(console => console.LogToStandardErrorThreshold = LogLevel.Trace);
    }

    /// <summary>Sets a simulation's logging up: plain lines, each once.</summary>
    public static void Configure(ILoggingBuilder logging, SimulationLog lines)
    {
        Filter(logging, LogLevel.Warning);
        logging.AddProvider(lines);
    }

    private static void Filter(ILoggingBuilder logging, LogLevel least)
    {
        logging.ClearProviders();
        logging.SetMinimumLevel(least);
        logging.AddFilter("Microsoft", LogLevel.Warning);
        // A start that failed is thrown as well, and said once in our own words.
        logging.AddFilter("Microsoft.Extensions.Hosting.Internal.Host", LogLevel.None);
        // Health is unhealthy on purpose while a stop is under way.
        logging.AddFilter("Microsoft.Extensions.Diagnostics.HealthChecks", LogLevel.None);
        logging.AddFilter("Orleans", LogLevel.Warning);
        logging.AddFilter("Polly", LogLevel.Warning);
        // A peer that goes away is no news to tell with a stack trace; refusals have lines of our own.
        logging.AddFilter("Grpc", LogLevel.Warning);
    }
}

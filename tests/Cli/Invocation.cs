using System.Text.Json;
using Distributed.Cli.Output;
using Distributed.Cli.Verbs;

namespace Distributed.Cli.Tests;

/// <summary>A command line run in this process.</summary>
internal sealed record Invocation(int ExitCode, string Out, string Error)
{
    /// <summary>The object of the last line of standard output.</summary>
    public JsonElement Json => JsonDocument.Parse(Out.TrimEnd().Split('\n')[^1]).RootElement;

    public static Task<Invocation> RunAsync(params string[] args) => RunAsync(new Dictionary<string, string>(), args, CancellationToken.None);

    public static async Task<Invocation> RunAsync(IReadOnlyDictionary<string, string> environment, string[] args, CancellationToken cancellation)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        var terminal = new Terminal(TextWriter.Synchronized(output), TextWriter.Synchronized(error), Interactive: false, environment);
        var exitCode = await DistCommand.RunAsync(args, terminal, cancellation);
        return new(exitCode, output.ToString(), error.ToString());
    }
}

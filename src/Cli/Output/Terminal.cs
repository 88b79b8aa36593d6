namespace Distributed.Cli.Output;

/// <summary>Where a command writes and what it sees of its surroundings; tests give their own.</summary>
/// <param name="Out">Standard output: results.</param>
/// <param name="Error">Standard error: what went wrong and what to do about it.</param>
/// <param name="Interactive">Whether standard output is a terminal that can redraw its lines.</param>
/// <param name="Environment">The environment's variables.</param>
internal sealed record Terminal(TextWriter Out, TextWriter Error, bool Interactive, IReadOnlyDictionary<string, string> Environment)
{
    /// <summary>The terminal of this process.</summary>
    public static Terminal OfProcess()
    {
        var environment = System.Environment.GetEnvironmentVariables().Cast<System.Collections.DictionaryEntry>()
            .ToDictionary(entry => (string)entry.Key, entry => (string?)entry.Value ?? "", StringComparer.Ordinal);
        var interactive = !Console.IsOutputRedirected && environment.GetValueOrDefault("TERM") is not (null or "" or "dumb");
        return new(Console.Out, Console.Error, interactive, environment);
    }

    /// <summary>Says what went wrong.</summary>
    public void Complain(string message) => Error.WriteLine($"dist: {message}");
}

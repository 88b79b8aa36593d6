using Distributed.Cli.Output;

namespace Distributed.Cli.Merging;

/// <summary>Why there is no merged model; nothing was written.</summary>
/// <param name="ExitCode">The <see cref="Output.ExitCode"/>.</param>
/// <param name="Code">A word for programs.</param>
/// <param name="Lines">Everything that is wrong, a sentence each; at least one.</param>
internal sealed record MergeFault(int ExitCode, string Code, IReadOnlyList<string> Lines)
{
    /// <summary>The command line or a file of settings has mistakes.</summary>
    public static MergeFault Usage(params IReadOnlyList<string> lines) => new(Output.ExitCode.Usage, "USAGE", lines);

    /// <summary>A model cannot be taken.</summary>
    public static MergeFault Refused(string code, params IReadOnlyList<string> lines) => new(Output.ExitCode.Refused, code, lines);

    /// <summary>The fault in one line: the first sentence, and how many there are.</summary>
    public string Summary => Lines.Count == 1 ? Lines[0] : $"{Lines.Count} problems; nothing was written";
}

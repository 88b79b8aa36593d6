namespace Distributed.Cli.RunFiles;

/// <summary>A mistake in a run file or in what was laid over it, with the place to mend.</summary>
/// <param name="Origin">Where the value came from.</param>
/// <param name="Path">Dotted key; empty for the whole file.</param>
/// <param name="Message">What is wrong and what would be right.</param>
internal sealed record Mistake(Origin Origin, string Path, string Message)
{
    /// <inheritdoc />
    public override string ToString() => Path.Length == 0 || Origin.Source.EndsWith(" " + Path, StringComparison.Ordinal) ? $"{Origin}: {Message}" : $"{Origin}: {Path}: {Message}";
}

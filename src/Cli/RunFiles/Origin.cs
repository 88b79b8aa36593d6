namespace Distributed.Cli.RunFiles;

/// <summary>Where an effective value came from: the default, a line of the file, an environment variable or a <c>--set</c>.</summary>
/// <param name="Source">The file as it was named, the variable, or <c>--set KEY=VALUE</c>.</param>
/// <param name="Line">1-based line in a file; 0 where there are no lines.</param>
internal sealed record Origin(string Source, int Line = 0)
{
    /// <summary>Nothing was written: the default holds.</summary>
    public static readonly Origin Default = new("default");

    /// <inheritdoc />
    public override string ToString() => Line == 0 ? Source : $"{Source}:{Line}";
}

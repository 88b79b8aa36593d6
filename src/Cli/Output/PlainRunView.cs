using Distributed.Protocols.Runs;
using Distributed.Protocols.V1;

namespace Distributed.Cli.Output;

/// <summary>One line an event: for files, pipes and logs.</summary>
internal sealed class PlainRunView(TextWriter writer) : IRunView
{
    /// <inheritdoc />
    public void Begin(IEnumerable<string> header)
    {
        foreach (var line in header)
        {
            writer.WriteLine(line);
        }

        writer.Flush();
    }

    /// <inheritdoc />
    public void Round(RoundRecord record, int rounds) => Write(RoundLine.Of(record, rounds));

    /// <inheritdoc />
    public void Status(RunStatus status)
    {
        // Lines are for what happened; what is waited for is asked with `dist status`.
    }

    /// <inheritdoc />
    public void Note(string text) => Write(text);

    /// <inheritdoc />
    public void Dispose() => writer.Flush();

    private void Write(string line)
    {
        writer.WriteLine(line);
        writer.Flush();
    }
}

using Distributed.Protocols.Runs;
using Distributed.Protocols.V1;

namespace Distributed.Cli.Output;

/// <summary>One line an event: for files, pipes and logs.</summary>
/// <param name="writer">Where lines go.</param>
/// <param name="saysWaits">Whether missing nodes are a person's to start.</param>
internal sealed class PlainRunView(TextWriter writer, bool saysWaits) : IRunView
{
    private string? said;

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
        // Lines are for what happened, and for the waits that a person has to end.
        if (IsAPersonsWait(status.Detail) && status.Detail != said)
        {
            Write(status.Detail);
        }

        said = status.Detail;
    }

    private bool IsAPersonsWait(string detail) => detail.StartsWith(RunWaits.Disk, StringComparison.Ordinal)
        || (saysWaits && detail.StartsWith(RunWaits.Nodes, StringComparison.Ordinal));

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

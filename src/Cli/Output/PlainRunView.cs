using Distributed.Protocols.Runs;
using Distributed.Protocols.V1;

namespace Distributed.Cli.Output;

/// <summary>One line an event: for files, pipes and logs.</summary>
internal sealed class PlainRunView : IRunView
{
    private readonly Lock gate = new();
    private readonly TextWriter writer;
    private readonly TimeSpan nodePatience;
    private readonly ITimer patience;
    private string? said;
    private string waitsFor = "";

    /// <summary>A view that writes lines.</summary>
    /// <param name="writer">Where lines go.</param>
    /// <param name="nodePatience">How long the run may wait for nodes before that is said.</param>
    /// <param name="time">The clock.</param>
    public PlainRunView(TextWriter writer, TimeSpan nodePatience, TimeProvider time)
    {
        (this.writer, this.nodePatience) = (writer, nodePatience);
        patience = time.CreateTimer(_ => SayWait(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <inheritdoc />
    public void Begin(IEnumerable<string> header)
    {
        lock (gate)
        {
            foreach (var line in header)
            {
                writer.WriteLine(line);
            }

            writer.Flush();
        }
    }

    /// <inheritdoc />
    public void Round(RoundRecord record, int rounds) => Write(RoundLine.Of(record, rounds));

    /// <inheritdoc />
    public void Status(RunStatus status)
    {
        lock (gate)
        {
            // Lines are for what happened, and for the waits that a person has to end.
            waitsFor = IsAPersonsWait(status.Detail) ? status.Detail : "";
            if (waitsFor.Length > 0)
            {
                patience.Change(IsForNodes(waitsFor) ? nodePatience : TimeSpan.Zero, Timeout.InfiniteTimeSpan);
            }
            else if (said is not null)
            {
                said = null;
                if (status.State == "running")
                {
                    Write("the run goes on");
                }
            }
        }
    }

    /// <inheritdoc />
    public void Note(string text) => Write(text);

    /// <inheritdoc />
    public void Dispose()
    {
        patience.Dispose();
        lock (gate)
        {
            writer.Flush();
        }
    }

    private static bool IsForNodes(string detail) => detail.StartsWith(RunWaits.Nodes, StringComparison.Ordinal);

    private static bool IsAPersonsWait(string detail) => IsForNodes(detail) || detail.StartsWith(RunWaits.Disk, StringComparison.Ordinal);

    private void SayWait()
    {
        lock (gate)
        {
            if (waitsFor.Length > 0 && waitsFor != said)
            {
                Write(said = waitsFor);
            }
        }
    }

    private void Write(string line)
    {
        lock (gate)
        {
            writer.WriteLine(line);
            writer.Flush();
        }
    }
}

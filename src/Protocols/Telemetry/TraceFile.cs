using System.Text;
using System.Threading.Channels;

namespace Distributed.Protocols.Telemetry;

/// <summary>
/// Writes finished spans to <c>trace.jsonl</c>, one JSON object a line (<see cref="SpanJson"/>), for reading without a collector. Needs no OpenTelemetry package.
/// </summary>
public sealed class TraceFile : IAsyncDisposable
{
    private readonly Func<string, string?> pathOfRun;
    private readonly Channel<(string Path, string Line)> lines = Channel.CreateBounded<(string, string)>(
        new BoundedChannelOptions(16 * 1024) { FullMode = BoundedChannelFullMode.DropWrite, SingleReader = true });

    private readonly SpanListener listener;
    private readonly Task writing;

    /// <summary>Listens to the project's sources until disposed.</summary>
    /// <param name="pathOfRun">The file for a run's spans, by run id; null: not written. Its folder is created.</param>
    /// <param name="sources">Activity sources to listen to; default: the coordinator's and the nodes'.</param>
    public TraceFile(Func<string, string?> pathOfRun, params string[] sources)
    {
        ArgumentNullException.ThrowIfNull(pathOfRun);
        this.pathOfRun = pathOfRun;
        writing = Task.Run(WriteLinesAsync);
        listener = new SpanListener(Append, sources is { Length: > 0 } ? sources : [TelemetryNames.Coordinator, TelemetryNames.Node]);
    }

    /// <summary>Stops listening and writes what is left.</summary>
    public async ValueTask DisposeAsync()
    {
        listener.Dispose();
        lines.Writer.TryComplete();
        await writing.ConfigureAwait(false);
    }

    /// <summary>Adds a span that another process finished; one that is no span is left out.</summary>
    /// <param name="run">Its run.</param>
    /// <param name="span">As <see cref="SpanJson"/> writes it.</param>
    public void Add(string run, string span)
    {
        if (SpanJson.Normalize(span) is { } line)
        {
            Append(run, line);
        }
    }

    // A full queue drops spans rather than slow a round down.
    private void Append(string run, string line)
    {
        if (pathOfRun(run) is { } path)
        {
            lines.Writer.TryWrite((path, line));
        }
    }

    private async Task WriteLinesAsync()
    {
        while (await lines.Reader.WaitToReadAsync().ConfigureAwait(false))
        {
            var batch = new Dictionary<string, StringBuilder>(StringComparer.Ordinal);
            while (lines.Reader.TryRead(out var item))
            {
                if (!batch.TryGetValue(item.Path, out var text))
                {
                    batch[item.Path] = text = new StringBuilder();
                }

                text.Append(item.Line).Append('\n');
            }

            foreach (var (path, text) in batch)
            {
                WriteTo(path, text.ToString());
            }
        }
    }

    private static void WriteTo(string path, string text)
    {
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            using var file = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.ReadWrite, bufferSize: 0);
            var whole = EndOfLastLine(file);
            try
            {
                file.SetLength(whole);
                file.Position = whole;
                file.Write(Encoding.UTF8.GetBytes(text));
            }
            catch (IOException)
            {
                file.SetLength(whole);
                throw;
            }
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // A full disk costs spans, never a round.
        }
    }

    // A killed process leaves half a line.
    private static long EndOfLastLine(FileStream file)
    {
        var end = file.Length;
        for (; end > 0; end--)
        {
            file.Position = end - 1;
            if (file.ReadByte() == '\n')
            {
                break;
            }
        }

        return end;
    }
}

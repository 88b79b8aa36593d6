using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Threading.Channels;

namespace Distributed.Protocols.Telemetry;

/// <summary>
/// Writes finished spans to <c>trace.jsonl</c>, one JSON object a line with the field names of OTLP's JSON form, for reading without a collector.
/// Needs no OpenTelemetry package. A span that names no run goes to the file of its trace's other spans.
/// </summary>
public sealed class TraceFile : IAsyncDisposable
{
    private readonly Func<string, string?> pathOfRun;
    private readonly ConcurrentDictionary<ActivityTraceId, string> runOfTrace = new();
    private readonly Channel<(string Path, string Line)> lines = Channel.CreateBounded<(string, string)>(
        new BoundedChannelOptions(16 * 1024) { FullMode = BoundedChannelFullMode.DropWrite, SingleReader = true });

    private readonly ActivityListener listener;
    private readonly Task writing;

    /// <summary>Listens to the project's sources until disposed.</summary>
    /// <param name="pathOfRun">The file for a run's spans, by run id; null: not written. Its folder is created.</param>
    /// <param name="sources">Activity sources to listen to; default: the coordinator's and the nodes'.</param>
    public TraceFile(Func<string, string?> pathOfRun, params string[] sources)
    {
        ArgumentNullException.ThrowIfNull(pathOfRun);
        this.pathOfRun = pathOfRun;
        var names = sources is { Length: > 0 } ? sources : [TelemetryNames.Coordinator, TelemetryNames.Node];
        listener = new ActivityListener
        {
            ShouldListenTo = source => names.Contains(source.Name, StringComparer.Ordinal),
            Sample = static (ref _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = Write,
        };
        writing = Task.Run(WriteLinesAsync);
        ActivitySource.AddActivityListener(listener);
    }

    /// <summary>Stops listening and writes what is left.</summary>
    public async ValueTask DisposeAsync()
    {
        listener.Dispose();
        lines.Writer.TryComplete();
        await writing.ConfigureAwait(false);
    }

    // The span itself or the nearest one around it in this process: a child ends before its parent does.
    private static string? RunOf(Activity activity)
    {
        for (var at = activity; at is not null; at = at.Parent)
        {
            if (at.GetTagItem(TelemetryNames.Attributes.RunId) is string run)
            {
                return run;
            }
        }

        return null;
    }

    // Distributed.Node -> distributed-node.
    private static string ServiceOf(string source) => source.Replace('.', '-').ToLowerInvariant();

    private void Write(Activity activity)
    {
        var run = RunOf(activity);
        if (run is not null)
        {
            // Bounded: traces of long ago have no spans to come.
            if (runOfTrace.Count > 4096)
            {
                runOfTrace.Clear();
            }

            runOfTrace[activity.TraceId] = run;
        }
        else if (!runOfTrace.TryGetValue(activity.TraceId, out run))
        {
            return;
        }

        // A full queue drops spans rather than slow a round down.
        if (pathOfRun(run) is { } path)
        {
            lines.Writer.TryWrite((path, ToJson(activity)));
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
                Append(path, text.ToString());
            }
        }
    }

    private static void Append(string path, string text)
    {
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.AppendAllText(path, text);
        }
        catch (IOException)
        {
            // A full disk costs spans, never a round.
        }
    }

    private static string ToJson(Activity activity)
    {
        var buffer = new MemoryStream(512);
        using (var json = new Utf8JsonWriter(buffer))
        {
            var start = (activity.StartTimeUtc - DateTime.UnixEpoch).Ticks * 100;
            json.WriteStartObject();
            json.WriteString("traceId", activity.TraceId.ToHexString());
            json.WriteString("spanId", activity.SpanId.ToHexString());
            json.WriteString("parentSpanId", activity.ParentSpanId == default ? "" : activity.ParentSpanId.ToHexString());
            json.WriteString("name", activity.DisplayName);
            json.WriteNumber("kind", (int)activity.Kind + 1);
            json.WriteString("startTimeUnixNano", start.ToString(CultureInfo.InvariantCulture));
            json.WriteString("endTimeUnixNano", (start + (activity.Duration.Ticks * 100)).ToString(CultureInfo.InvariantCulture));
            json.WriteString("service.name", ServiceOf(activity.Source.Name));
            WriteAttributes(json, activity);
            WriteLinks(json, activity);
            if (activity.Status == ActivityStatusCode.Error)
            {
                json.WriteStartObject("status");
                json.WriteNumber("code", 2);
                json.WriteString("message", activity.StatusDescription);
                json.WriteEndObject();
            }

            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.GetBuffer(), 0, (int)buffer.Length);
    }

    private static void WriteAttributes(Utf8JsonWriter json, Activity activity)
    {
        json.WriteStartObject("attributes");
        foreach (var (key, value) in activity.EnumerateTagObjects())
        {
            switch (value)
            {
                case bool flag: json.WriteBoolean(key, flag); break;
                case int or long or uint or short or byte: json.WriteNumber(key, Convert.ToInt64(value, CultureInfo.InvariantCulture)); break;
                case double number when double.IsFinite(number): json.WriteNumber(key, number); break;
                default: json.WriteString(key, Convert.ToString(value, CultureInfo.InvariantCulture)); break;
            }
        }

        json.WriteEndObject();
    }

    private static void WriteLinks(Utf8JsonWriter json, Activity activity)
    {
        if (!activity.Links.Any())
        {
            return;
        }

        json.WriteStartArray("links");
        foreach (var link in activity.Links)
        {
            json.WriteStartObject();
            json.WriteString("traceId", link.Context.TraceId.ToHexString());
            json.WriteString("spanId", link.Context.SpanId.ToHexString());
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }
}

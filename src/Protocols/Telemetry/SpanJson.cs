using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Distributed.Protocols.Telemetry;

/// <summary>A finished span as one JSON object, with the field names of OTLP's JSON form and <c>service.name</c> beside them.</summary>
public static class SpanJson
{
    /// <summary>Longest span taken from outside, in characters.</summary>
    public const int MaximumLength = 8 * 1024;

    private const int MaximumDepth = 8;

    /// <summary>The span as one line.</summary>
    public static string Write(Activity activity)
    {
        ArgumentNullException.ThrowIfNull(activity);
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

    /// <summary>Takes a span from outside: one object with the identities of a span, written anew so that it is one line and nothing else.</summary>
    /// <returns>The line, or null when it is no span.</returns>
    public static string? Normalize(string json)
    {
        ArgumentNullException.ThrowIfNull(json);
        if (json.Length > MaximumLength)
        {
            return null;
        }

        try
        {
            using var document = JsonDocument.Parse(json, new JsonDocumentOptions { MaxDepth = MaximumDepth });
            var span = document.RootElement;
            return IsIdentity(span, "traceId", 32) && IsIdentity(span, "spanId", 16) ? JsonSerializer.Serialize(span) : null;
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            return null;
        }
    }

    private static bool IsIdentity(JsonElement span, string field, int length) =>
        span.TryGetProperty(field, out var value) && value.GetString() is { } text && text.Length == length && text.All(char.IsAsciiHexDigitLower);

    // Distributed.Node -> distributed-node.
    private static string ServiceOf(string source) => source.Replace('.', '-').ToLowerInvariant();
}

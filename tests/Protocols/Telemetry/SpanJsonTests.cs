using System.Diagnostics;
using Distributed.Protocols.Telemetry;
using Xunit;

namespace Distributed.Protocols.Tests.Telemetry;

public sealed class SpanJsonTests
{
    private const string Good = """{"traceId":"0123456789abcdef0123456789abcdef","spanId":"0123456789abcdef","name":"x"}""";

    [Fact]
    public void Normalize_ASpanOfOurs_IsUnchanged()
    {
        string? heard = null;
        using var source = new ActivitySource("Distributed.Tests.SpanJson");
        using (new SpanListener((run, span) => heard = run + " " + span, source.Name))
        {
            using var activity = source.StartActivity("train locally");
            activity!.SetTag(TelemetryNames.Attributes.RunId, "run-1");
            activity.SetTag(TelemetryNames.Attributes.Samples, 12);
        }

        Assert.StartsWith("run-1 {", heard, StringComparison.Ordinal);
        Assert.Contains("\"train.samples\":12", heard, StringComparison.Ordinal);
        Assert.Equal(heard![6..], SpanJson.Normalize(heard[6..]));
    }

    [Fact]
    public void Normalize_SeveralLines_BecomesOne() => Assert.DoesNotContain('\n', SpanJson.Normalize(Good.Replace(",", ",\n", StringComparison.Ordinal))!);

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("{\"traceId\":7,\"spanId\":\"0123456789abcdef\"}")]
    [InlineData("{\"traceId\":\"../../etc\",\"spanId\":\"0123456789abcdef\"}")]
    [InlineData("{\"traceId\":\"0123456789abcdef0123456789abcdef\",\"spanId\":\"0123456789abcdef\"}x")]
    public void Normalize_NoSpan_IsNull(string text) => Assert.Null(SpanJson.Normalize(text));

    [Fact]
    public void Normalize_TooLong_IsNull() => Assert.Null(SpanJson.Normalize(Good.Replace("\"x\"", $"\"{new string('x', SpanJson.MaximumLength)}\"", StringComparison.Ordinal)));
}

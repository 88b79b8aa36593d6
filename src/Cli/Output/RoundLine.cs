using System.Globalization;
using Distributed.Protocols.Runs;

namespace Distributed.Cli.Output;

/// <summary>A round as one line for people: what it reached, who took part, who was refused and why, what it cost.</summary>
internal static class RoundLine
{
    /// <summary>E.g. <c>round 12/50  loss 0.412  acc 0.873  9/10 clients (1 refused: non-finite)  4.1s  up 31 MiB</c>.</summary>
    public static string Of(RoundRecord record, int rounds)
    {
        var width = rounds.ToString(CultureInfo.InvariantCulture).Length;
        return string.Join("  ", new[]
        {
            $"round {record.Round.ToString(CultureInfo.InvariantCulture).PadLeft(width)}/{rounds}",
            record.Outcome == "committed" ? Scores(record) : $"abandoned: {record.Reason}",
            Clients(record),
            Duration(record.Seconds),
            $"up {Size(record.BytesUp)}",
        }.Where(part => part.Length > 0));
    }

    /// <summary>Loss and accuracy, or of a language model the bits per byte over all domains; the loss of the training where the version was not evaluated.</summary>
    public static string Scores(RoundRecord record) => (record.Loss, record.Accuracy, record.TrainLoss) switch
    {
        ({ } loss, _, _) when record.Domains is { Count: > 0 } domains => string.Create(
            CultureInfo.InvariantCulture,
            $"loss {loss:0.000}  bits/byte {domains.Values.Sum(domain => domain.BitsPerByte * domain.Bytes) / domains.Values.Sum(domain => (double)domain.Bytes):0.000}"),
        ({ } loss, { } accuracy, _) => string.Create(CultureInfo.InvariantCulture, $"loss {loss:0.000}  acc {accuracy:0.000}"),
        ({ } loss, null, _) => string.Create(CultureInfo.InvariantCulture, $"loss {loss:0.000}"),
        (_, _, { } training) => string.Create(CultureInfo.InvariantCulture, $"train loss {training:0.000}"),
        _ => "",
    };

    /// <summary>E.g. <c>9/10 clients (1 refused: non-finite)</c>.</summary>
    public static string Clients(RoundRecord record)
    {
        var text = $"{record.Used.Length}/{record.Cohort.Length} clients";
        var reasons = Reasons(record).ToArray();
        return reasons.Length == 0 ? text : $"{text} ({string.Join(", ", reasons)})";
    }

    /// <summary>A number of bytes in the unit that leaves one to three digits before the point.</summary>
    public static string Size(long bytes) => bytes switch
    {
        < 1024 => string.Create(CultureInfo.InvariantCulture, $"{bytes} B"),
        < 1024 * 1024 => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1024.0:0} KiB"),
        < 10 * 1024 * 1024 => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1024.0 / 1024.0:0.0} MiB"),
        < 10L * 1024 * 1024 * 1024 => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1024.0 / 1024.0:0} MiB"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1024.0 / 1024.0 / 1024.0:0.0} GiB"),
    };

    /// <summary>Seconds with as many digits as a person reads.</summary>
    public static string Duration(double seconds) => seconds < 1
        ? string.Create(CultureInfo.InvariantCulture, $"{seconds:0.00}s")
        : string.Create(CultureInfo.InvariantCulture, $"{seconds:0.0}s");

    // The most frequent refusal by name; the dropped only by number, since their reasons are sentences.
    private static IEnumerable<string> Reasons(RoundRecord record)
    {
        if (record.Refused.Length > 0)
        {
            var top = record.Refused.GroupBy(refused => refused.Code, StringComparer.Ordinal).OrderByDescending(group => group.Count()).First().Key;
            yield return $"{record.Refused.Length} refused: {Word(top)}";
        }

        var silent = record.Dropped.Count(dropped => record.Refused.All(refused => refused.Client != dropped.Client));
        if (silent > 0)
        {
            yield return $"{silent} dropped";
        }
    }

    // UPDATE_NON_FINITE -> non-finite
    private static string Word(string code) =>
        (code.StartsWith("UPDATE_", StringComparison.Ordinal) ? code["UPDATE_".Length..] : code).ToLowerInvariant().Replace('_', '-');
}

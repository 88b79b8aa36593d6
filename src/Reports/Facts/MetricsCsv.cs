using System.Collections.Immutable;
using System.Globalization;
using Distributed.Protocols.Runs;
using Distributed.Reports.Drawing;

namespace Distributed.Reports.Facts;

/// <summary>
/// <c>metrics.csv</c> (RFC 4180): one header line, then one line a round; what a round did not measure is empty. After the fixed columns stand the
/// aggregator's own figures, by name.
/// </summary>
public static class MetricsCsv
{
    /// <summary>What ends a line.</summary>
    public const string LineEnd = "\r\n";

    private static readonly (string Name, Func<RoundRecord, object?> Value)[] Fixed =
    [
        ("round", record => record.Round),
        ("version", record => record.Version),
        ("outcome", record => record.Outcome),
        ("accuracy", record => record.Accuracy),
        ("loss", record => record.Loss),
        ("train_loss", record => record.TrainLoss),
        ("clients", record => record.Cohort.Length),
        ("used", record => record.Used.Length),
        ("refused", record => record.Refused.Length),
        ("dropped", record => record.Dropped.Length),
        ("seconds", record => record.Seconds),
        ("bytes_up", record => record.BytesUp),
        ("bytes_down", record => record.BytesDown),
        ("fsyncs", record => record.Fsyncs),
    ];

    /// <summary>The names of figures in <paramref name="metrics"/> and in the record.</summary>
    public static ImmutableSortedSet<string> With(ImmutableSortedSet<string> metrics, RoundRecord record) => metrics.Union(AggregatorFigures.MetricsOf(record).Keys);

    /// <summary>The header line, without its end.</summary>
    public static string Header(ImmutableSortedSet<string> metrics) =>
        string.Join(',', Fixed.Select(column => column.Name).Concat(metrics.Select(NameOf)).Select(Quoted));

    /// <summary>A round's line, without its end.</summary>
    public static string Line(RoundRecord record, ImmutableSortedSet<string> metrics)
    {
        var figures = AggregatorFigures.MetricsOf(record);
        return string.Join(',', Fixed.Select(column => column.Value(record))
            .Concat(metrics.Select(name => figures.TryGetValue(name, out var value) ? value : (object?)null))
            .Select(value => Quoted(Convert.ToString(value, CultureInfo.InvariantCulture) ?? "")));
    }

    /// <summary>Writes the whole file from a <c>rounds.jsonl</c>, aside and renamed.</summary>
    /// <returns>The names of figures in it.</returns>
    public static ImmutableSortedSet<string> Write(string rounds, string path)
    {
        var metrics = RunHistoryReader.Records(rounds).Aggregate(ImmutableSortedSet.Create<string>(StringComparer.Ordinal), With);
        using (var file = new StreamWriter(path + ".tmp") { NewLine = LineEnd })
        {
            file.WriteLine(Header(metrics));
            foreach (var record in RunHistoryReader.Records(rounds))
            {
                file.WriteLine(Line(record, metrics));
            }
        }

        File.Move(path + ".tmp", path, overwrite: true);
        return metrics;
    }

    // An aggregator may call a figure what a column is called.
    private static string NameOf(string metric) => Fixed.Any(column => column.Name == metric) ? "report." + metric : metric;

    private static string Quoted(string field) =>
        field.AsSpan().ContainsAny(",\"\r\n") ? $"\"{field.Replace("\"", "\"\"", StringComparison.Ordinal)}\"" : field;
}

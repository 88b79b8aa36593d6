using System.Globalization;
using System.Text.Json;
using MathNet.Numerics.Statistics;

namespace Distributed.Bench.Accuracy;

/// <summary>A row of a file in bench/results. Over the seeds: the value is their median, min and max are theirs.</summary>
internal sealed record Row(
    string Case, string Metric, string Unit, double Value, string? Peer, double? PeerValue, double? Ratio, double Min, double Max, string Command);

/// <summary>Rows, printed as they come, and the marks that they had to reach.</summary>
internal sealed class Table(string command)
{
    private static readonly JsonSerializerOptions Indented = new(JsonSerializerDefaults.Web) { WriteIndented = true };
    private readonly List<Row> rows = [];

    /// <summary>Whether every mark so far was reached.</summary>
    public bool Holds { get; private set; } = true;

    public void Add(string @case, string metric, string unit, IReadOnlyList<double> values, string? peer = null, double? peerValue = null)
    {
        var row = new Row(@case, metric, unit, values.Median(), peer, peerValue, null, values.Min(), values.Max(), command);
        rows.Add(row);
        var each = string.Join(' ', values.Select(value => value.ToString("0.0000", CultureInfo.InvariantCulture)));
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{@case,-28} {metric,-24} {row.Value,9:0.0000}  [{each}] {unit}"));
    }

    public void Mark(string what, bool reached)
    {
        Holds &= reached;
        Console.WriteLine($"{(reached ? "reached" : "MISSED ")}  {what}");
    }

    public void Write(string path) => File.WriteAllText(path, JsonSerializer.Serialize(rows, Indented) + "\n");
}

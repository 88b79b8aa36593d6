using System.Globalization;
using System.Text.Json;

namespace Distributed.Bench.Rebasin;

/// <summary>A row of a file in bench/results.</summary>
internal sealed record Row(
    string Case, string Metric, string Unit, double Value, string? Peer, double? PeerValue, double? Ratio, double? Min, double? Max, string Command);

/// <summary>Rows, printed as they come, and the marks that they had to reach.</summary>
internal sealed class Table(string command)
{
    private static readonly JsonSerializerOptions Indented = new(JsonSerializerDefaults.Web) { WriteIndented = true };
    private readonly List<Row> rows = [];

    /// <summary>Whether every mark so far was reached.</summary>
    public bool Holds { get; private set; } = true;

    /// <summary>Adds a figure, beside the specification's own where it has one.</summary>
    public void Add(string @case, string metric, string unit, double value, double? reference = null, double? min = null, double? max = null)
    {
        rows.Add(new(@case, metric, unit, value, reference is null ? null : "spec/merging-contrastive.md I3", reference, null, min, max, command));
        var beside = reference is { } number ? string.Create(CultureInfo.InvariantCulture, $"   (reference {number})") : "";
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{@case,-10} {metric,-52} {value,9:0.0000} {unit}{beside}{(min is null ? "" : $"   [{min:0.00} to {max:0.00}]")}"));
    }

    public void Mark(string what, bool reached)
    {
        Holds &= reached;
        Console.WriteLine($"{(reached ? "reached" : "MISSED ")}  {what}");
    }

    public void Write(string path) => File.WriteAllText(path, JsonSerializer.Serialize(rows, Indented) + "\n");
}

using System.Text.Json;
using System.Text.Json.Nodes;
using Xunit;

namespace Distributed.Algorithms.Tests.Vectors;

/// <summary>
/// Files of expected numbers: name, rtol, atol, cases. They lie in the folder that DISTRIBUTED_VECTORS names (other seeds and shapes
/// there must pass as well), by default in the committed copy.
/// </summary>
internal static class VectorFile
{
    private static string Root =>
        Environment.GetEnvironmentVariable("DISTRIBUTED_VECTORS") is { Length: > 0 } folder ? folder : Path.Combine(AppContext.BaseDirectory, "vectors");

    /// <summary>All cases of the files of that name (name.json, name-more.json …), of all of them together at least one.</summary>
    public static IEnumerable<VectorCase> Cases(string family, string name)
    {
        var folder = Path.Combine(Root, family);
        if (!Directory.Exists(folder)) folder = Root;
        var files = Directory.GetFiles(folder, name + ".json").Concat(Directory.GetFiles(folder, name + "-*.json")).Order().ToList();
        Assert.True(files.Count > 0, $"no {name}.json in {folder}");
        foreach (var file in files)
        {
            var json = JsonNode.Parse(File.ReadAllText(file))!;
            var cases = json["cases"]!.AsArray();
            for (var i = 0; i < cases.Count; i++)
            {
                var one = cases[i]!;
                yield return new VectorCase(
                    $"{Path.GetFileName(file)} case {i} {one["label"] ?? one["task"]}", one,
                    (double?)one["rtol"] ?? (double)json["rtol"]!, (double?)one["atol"] ?? (double)json["atol"]!);
            }
        }
    }
}

/// <summary>One case, its fields and its tolerances.</summary>
internal sealed record VectorCase(string Name, JsonNode Json, double Relative, double Absolute)
{
    public bool Has(string field) => Json[field] is not null;

    public string? Text(string field) => (string?)Json[field];

    public int Int(string field) => (int)Json[field]!;

    public double[] Vector(string field) => Numbers(Json[field]!);

    public double[][] Rows(string field) => [.. Json[field]!.AsArray().Select(n => Numbers(n!))];

    /// <summary>Numbers nested to any depth, row-major; those that are not finite are written as strings.</summary>
    public static double[] Numbers(JsonNode node) => node switch
    {
        JsonArray array => [.. array.SelectMany(n => Numbers(n!))],
        JsonValue value when value.GetValueKind() == JsonValueKind.String => [Special((string)value!)],
        _ => [(double)node],
    };

    /// <summary>Extents of numbers nested evenly; empty for a single number.</summary>
    public static long[] Shape(JsonNode node) =>
        node is JsonArray { Count: > 0 } array ? [array.Count, .. Shape(array[0]!)] : node is JsonArray ? [0] : [];

    public void Near(double[] expected, double[] got, string what)
    {
        Assert.True(expected.Length == got.Length, $"{Name}, {what}: {got.Length} numbers instead of {expected.Length}");
        for (var i = 0; i < got.Length; i++)
        {
            var near = double.IsFinite(expected[i])
                ? Math.Abs(got[i] - expected[i]) <= Absolute + (Relative * Math.Abs(expected[i]))
                : expected[i].Equals(got[i]);
            Assert.True(near, $"{Name}, {what}[{i}]: got {got[i]:R} instead of {expected[i]:R}");
        }
    }

    public void Near(double expected, double got, string what) => Near([expected], [got], what);

    private static double Special(string text) => text.ToLowerInvariant() switch
    {
        "nan" => double.NaN,
        "inf" or "+inf" or "infinity" => double.PositiveInfinity,
        "-inf" or "-infinity" => double.NegativeInfinity,
        _ => throw new FormatException(text),
    };
}

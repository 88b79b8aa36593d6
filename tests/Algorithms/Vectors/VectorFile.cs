using System.Text.Json;
using System.Text.Json.Nodes;
using Distributed.Algorithms.Tensors;
using Xunit;

namespace Distributed.Algorithms.Tests.Vectors;

/// <summary>
/// Files of expected numbers: name, rtol, atol, cases. They lie in the folder that DISTRIBUTED_VECTORS names (other seeds and shapes
/// there must pass as well), by default in the committed copy. The merging files have other fields at their top, arrays written as
/// {"shape", "data"}, and state a tolerance only where it is not 1e-10 relative plus 1e-11 absolute.
/// </summary>
internal static class VectorFile
{
    private static string Root =>
        Environment.GetEnvironmentVariable("DISTRIBUTED_VECTORS") is { Length: > 0 } folder ? folder : Path.Combine(AppContext.BaseDirectory, "vectors");

    private const double Relative = 1e-10;
    private const double Absolute = 1e-11;

    /// <summary>All cases of the files of that name (name.json, name-more.json …), of all of them together at least one.</summary>
    public static IEnumerable<VectorCase> Cases(string family, string name) => Whole(family, name).SelectMany(file => file.All("cases"));

    /// <summary>The files of that name, each as one case; at least one.</summary>
    public static IEnumerable<VectorCase> Whole(string family, string name)
    {
        var folder = Path.Combine(Root, family);
        if (!Directory.Exists(folder)) folder = Root;
        var files = Directory.GetFiles(folder, name + ".json").Concat(Directory.GetFiles(folder, name + "-*.json")).Order().ToList();
        Assert.True(files.Count > 0, $"no {name}.json in {folder}");
        foreach (var file in files)
        {
            var json = JsonNode.Parse(File.ReadAllText(file))!;
            var relative = (double?)json["rtol"] ?? (double?)json["tolerance_relative"];
            // A file that states a relative tolerance only means just that.
            yield return new VectorCase(
                Path.GetFileName(file), json, relative ?? Relative, (double?)json["atol"] ?? (relative is null ? Absolute : 0));
        }
    }
}

/// <summary>One case, its fields and its tolerances.</summary>
internal sealed record VectorCase(string Name, JsonNode Json, double Relative, double Absolute)
{
    public bool Has(string field) => Json[field] is not null;

    /// <summary>The entries of a list, or of a mapping, as cases of their own.</summary>
    public IEnumerable<VectorCase> All(string field) => Json[field] switch
    {
        JsonArray list => list.Select((node, i) => Part($"{field} {i} {Field(node!, "name") ?? Field(node!, "label") ?? Field(node!, "task")}", node!)),
        JsonObject mapping => mapping.Select(entry => Part($"{field} {entry.Key}", entry.Value!)),
        _ => throw new FormatException($"{Name}: '{field}' is neither a list nor a mapping"),
    };

    /// <summary>A mapping inside this one.</summary>
    public VectorCase At(string field) => Part(field, Json[field] ?? throw new FormatException($"{Name}: no '{field}'"));

    private VectorCase Part(string name, JsonNode node) => new(
        $"{Name} {name}".TrimEnd(), node, (double?)Field(node, "rtol") ?? Relative, (double?)Field(node, "atol") ?? Absolute);

    private static JsonNode? Field(JsonNode node, string name) => (node as JsonObject)?[name];

    public string? Text(string field) => (string?)Json[field];

    public int Int(string field) => (int)Json[field]!;

    public double Number(string field) => (double)Json[field]!;

    public int[] Ints(string field) => [.. Json[field]!.AsArray().Select(n => (int)n!)];

    public double[] Vector(string field) => Numbers(Json[field]!);

    public long[] Shape(string field) => Shape(Json[field]!);

    /// <summary>A mapping of names to arrays, as a model in double precision.</summary>
    public TensorSet Model(string field)
    {
        var tensors = Json[field]!.AsObject();
        var set = new TensorSet(new TensorManifest(tensors.Select(t => new TensorEntry(t.Key, TensorDType.F64, [.. Shape(t.Value!)]))));
        foreach (var (name, values) in tensors) Numbers(values!).CopyTo(set.Values<double>(name));
        return set;
    }

    public double[][] Rows(string field) => [.. Json[field]!.AsArray().Select(n => Numbers(n!))];

    /// <summary>Numbers nested to any depth or with their shape, row-major; those that are not finite are written as strings.</summary>
    public static double[] Numbers(JsonNode node) => node switch
    {
        JsonObject array => Numbers(array["data"]!),
        JsonArray array => [.. array.SelectMany(n => Numbers(n!))],
        JsonValue value when value.GetValueKind() == JsonValueKind.String => [Special((string)value!)],
        _ => [(double)node],
    };

    /// <summary>Extents of numbers nested evenly or with their shape; empty for a single number.</summary>
    public static long[] Shape(JsonNode node) => node switch
    {
        JsonObject array => [.. array["shape"]!.AsArray().Select(n => (long)n!)],
        JsonArray { Count: > 0 } array => [array.Count, .. Shape(array[0]!)],
        JsonArray => [0],
        _ => [],
    };

    /// <summary>Compares models tensor by tensor; both must have the same.</summary>
    public void Near(TensorSet expected, TensorSet got, string what)
    {
        Assert.Equal(expected.Manifest.Select(t => t.Name).Order(), got.Manifest.Select(t => t.Name).Order());
        foreach (var tensor in expected.Manifest)
            Near(expected.Values<double>(tensor.Name).ToArray(), got.Values<double>(tensor.Name).ToArray(), $"{what}, {tensor.Name}");
    }

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

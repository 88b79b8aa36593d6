using System.Text.Json;
using System.Text.Json.Nodes;
using Distributed.Algorithms.Tensors;

namespace Distributed.Cli.Merging;

/// <summary>A model in several files, as Hugging Face stores it: an index that says which tensor lies in which shard beside it.</summary>
/// <param name="WeightMap">The shard's file name of each tensor.</param>
internal sealed record ShardIndex(IReadOnlyDictionary<string, string> WeightMap)
{
    /// <summary>What such an index' file name ends with.</summary>
    public const string Extension = ".safetensors.index.json";

    private const int MaximumBytes = 64 << 20;
    private const string Map = "weight_map";

    /// <summary>The file names of the shards, in the order of their names, which count them.</summary>
    public IReadOnlyList<string> Shards { get; } = [.. WeightMap.Values.Distinct().Order(StringComparer.Ordinal)];

    /// <summary>Reads an index; nothing in it is trusted.</summary>
    /// <param name="path">Its file.</param>
    /// <exception cref="SafetensorsException">It is none.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static ShardIndex Read(string path)
    {
        using var stream = File.OpenRead(path);
        if (stream.Length > MaximumBytes)
        {
            throw Malformed($"is longer than an index of shards can be ({MaximumBytes} bytes)");
        }

        try
        {
            if (JsonNode.Parse(stream) is not JsonObject file || file[Map] is not JsonObject { Count: > 0 } map)
            {
                throw Malformed($"is no index of shards: it has no '{Map}'");
            }

            var shards = map.ToDictionary(pair => pair.Key, pair => pair.Value is JsonValue value && value.TryGetValue(out string? shard) ? shard : "", StringComparer.Ordinal);
            return shards.Values.FirstOrDefault(shard => shard.Length == 0 || shard != Path.GetFileName(shard)) is { } stray
                ? throw Malformed($"names {Printable.Of(stray)} as a shard, which is no file beside it")
                : new(shards);
        }
        catch (Exception error) when (error is JsonException or ArgumentException)
        {
            throw Malformed("is no index of shards: it is not valid JSON");
        }
    }

    /// <summary>Writes the index of what <see cref="WeightMap"/> says.</summary>
    /// <param name="path">Its file.</param>
    /// <param name="totalBytes">Bytes of all tensors.</param>
    public void Write(string path, long totalBytes) => File.WriteAllText(path, new JsonObject
    {
        ["metadata"] = new JsonObject { ["total_size"] = totalBytes },
        [Map] = new JsonObject(WeightMap.OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => KeyValuePair.Create(pair.Key, (JsonNode?)pair.Value))),
    }.ToJsonString(new JsonSerializerOptions { WriteIndented = true }) + "\n");

    private static SafetensorsException Malformed(string message) => new(SafetensorsProblem.Malformed, message);
}

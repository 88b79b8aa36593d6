using System.Globalization;
using Distributed.Algorithms.Tensors;

namespace Distributed.Cli.Merging;

/// <summary>Which tensors go into which file: in their order, as many as fit; one that is larger than a shard has one of its own.</summary>
/// <param name="Name">The file's name.</param>
/// <param name="Manifest">Its tensors.</param>
/// <param name="Start">Where their data begins in the model's, in bytes.</param>
internal sealed record ShardLayout(string Name, TensorManifest Manifest, long Start)
{
    private const string Extension = ".safetensors";

    /// <summary>Cuts a model.</summary>
    /// <param name="path">The name of the whole; <c>model.safetensors</c> becomes <c>model-00001-of-00002.safetensors</c> where it is cut.</param>
    /// <param name="manifest">The model's tensors.</param>
    /// <param name="mostBytes">Most bytes of tensors in a file; null for no limit.</param>
    public static IReadOnlyList<ShardLayout> Of(string path, TensorManifest manifest, long? mostBytes)
    {
        var pieces = new List<List<TensorEntry>> { new() };
        long filled = 0;
        foreach (var entry in manifest)
        {
            if (mostBytes is { } most && pieces[^1].Count > 0 && filled > most - entry.ByteLength)
            {
                pieces.Add([]);
                filled = 0;
            }

            pieces[^1].Add(entry);
            filled += entry.ByteLength;
        }

        return [.. pieces.Select((piece, i) => new ShardLayout(
            pieces.Count == 1 ? path : string.Create(CultureInfo.InvariantCulture, $"{Stem(path)}-{i + 1:00000}-of-{pieces.Count:00000}{Extension}"),
            new TensorManifest(piece), piece.Count == 0 ? 0 : piece[0].Offset))];
    }

    /// <summary>The index of the shards of a name.</summary>
    public static string Index(string path) => Stem(path) + ShardIndex.Extension;

    private static string Stem(string path) => path.EndsWith(Extension, StringComparison.Ordinal) ? path[..^Extension.Length] : path;
}

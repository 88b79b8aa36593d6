using System.Globalization;
using System.Text.RegularExpressions;
using Distributed.Algorithms.Tensors;

namespace Distributed.Cli.Merging;

/// <summary>Finds the files of a model by what a user names: a safetensors file, an index of shards, or a folder with one of them.</summary>
internal static partial class ModelFolder
{
    // What Hugging Face calls them; they go before others in the folder.
    private static readonly string[] Usual = ["model.safetensors", $"model{ShardIndex.Extension}", "adapter_model.safetensors"];

    private static readonly string[] Foreign = [".bin", ".pt", ".pth", ".ckpt", ".gguf", ".h5", ".msgpack"];

    /// <summary>The file or the index that stands for a name.</summary>
    /// <param name="path">What the user named.</param>
    /// <exception cref="SafetensorsException">It is a folder without one model.</exception>
    /// <exception cref="IOException">The folder cannot be read.</exception>
    public static string Find(string path)
    {
        if (!Directory.Exists(path))
        {
            return path;
        }

        var names = Directory.GetFiles(path).Select(file => Path.GetFileName(file)).Order(StringComparer.Ordinal).ToArray();
        var indices = names.Where(name => name.EndsWith(ShardIndex.Extension, StringComparison.Ordinal)).ToArray();
        var files = names.Where(name => name.EndsWith(".safetensors", StringComparison.Ordinal) && ShardCount(name) == 1).ToArray();
        string[] models = [.. indices, .. files];
        var usual = models.Where(Usual.Contains).ToArray();
        return (usual, models) switch
        {
            ({ Length: 1 }, _) => Path.Combine(path, usual[0]),
            (_, { Length: 1 }) => Path.Combine(path, models[0]),
            (_, { Length: 0 }) => throw None(names),
            _ => throw new SafetensorsException(
                SafetensorsProblem.NotSafetensors, $"The folder holds several models; name one of {string.Join(", ", models.Take(5).Select(Printable.Of))}."),
        };
    }

    /// <summary>How many files the model of a file name is in: N of <c>model-00001-of-0000N.safetensors</c>, otherwise 1.</summary>
    public static int ShardCount(string name) =>
        Numbered().Match(name) is { Success: true } match && int.TryParse(match.Groups[1].Value, NumberStyles.None, CultureInfo.InvariantCulture, out var count) ? count : 1;

    private static SafetensorsException None(string[] names) => new(
        SafetensorsProblem.NotSafetensors,
        names.FirstOrDefault(name => ShardCount(name) > 1) is { } shard
            ? $"The folder holds shards of a model ({Printable.Of(shard)}) and no index of them (*{ShardIndex.Extension})."
        : names.FirstOrDefault(name => Foreign.Contains(Path.GetExtension(name))) is { } other
            ? $"The folder holds no safetensors file, only others ({Printable.Of(other)}); convert them where they come from."
        : "The folder holds no safetensors file.");

    [GeneratedRegex(@"-\d{5}-of-(\d{5})\.safetensors\z", RegexOptions.CultureInvariant)]
    private static partial Regex Numbered();
}

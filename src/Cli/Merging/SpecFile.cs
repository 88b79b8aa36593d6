using System.Text;
using System.Text.Json.Nodes;
using Distributed.Algorithms.Merging.Permutations;
using Distributed.Algorithms.Tensors;
using Distributed.Cli.RunFiles;

namespace Distributed.Cli.Merging;

/// <summary>
/// A permutation specification written by hand (YAML): each tensor with a list that has an item for each axis: <c>~</c> (fixed), the name of a permutation,
/// <c>[name, block]</c>, or a mapping with <c>permutation</c>, <c>block</c>, <c>offset</c>, <c>units</c>, <c>channelsLast</c>. Tensors that are not named are fixed.
/// </summary>
internal static class SpecFile
{
    private const int MaximumBytes = 16 << 20;

    /// <summary>Reads a specification and holds it against a model.</summary>
    /// <param name="path">The file.</param>
    /// <param name="manifest">The model's tensors.</param>
    /// <param name="mistakes">Receives every mistake, a line each that names the tensor.</param>
    /// <returns>The specification, or null when there is a mistake.</returns>
    public static PermutationSpec? Read(string path, TensorManifest manifest, ICollection<string> mistakes)
    {
        var before = mistakes.Count;
        var found = new List<Mistake>();
        if (Text(path, mistakes) is not { } text || YamlMapping.Read(text, path, found) is not { } read)
        {
            Add(found, mistakes);
            return null;
        }

        var tensors = new List<TensorAxes>();
        foreach (var (name, axes) in read.Mapping)
        {
            try
            {
                // By way of the text: YAML's whole numbers are 64 bits wide, a specification's are what they are read as.
                tensors.AddRange(PermutationSpecJson.Parse(JsonNode.Parse(new JsonObject { [name] = axes?.DeepClone() }.ToJsonString())).Tensors);
            }
            catch (FormatException error)
            {
                found.Add(new(read.Origins.GetValueOrDefault(name) ?? new(path), "", error.Message));
            }
        }

        Add(found, mistakes);
        if (mistakes.Count > before)
        {
            return null;
        }

        var spec = new PermutationSpec(tensors);
        foreach (var problem in spec.Problems(manifest).Concat(Loose(spec)))
        {
            mistakes.Add($"{path}: {problem}");
        }

        return mistakes.Count == before ? spec : null;
    }

    // Units that only one layer knows would leave it in another order: what reads them does not follow.
    private static IEnumerable<string> Loose(PermutationSpec spec) => from name in spec.Names
                                                                    let uses = spec.UsesOf(name)
                                                                    let layer = Layer(uses[0].Tensor.Name)
                                                                    where uses.All(use => Layer(use.Tensor.Name) == layer && use.How.Offset == 0)
                                                                    select $"Tensor {Printable.Of(uses[0].Tensor.Name)} cannot be permuted by {Printable.Of(name)}: no other layer follows it.";

    private static string Layer(string tensor) => tensor[..Math.Max(0, tensor.LastIndexOf('.'))];

    private static void Add(IEnumerable<Mistake> found, ICollection<string> mistakes)
    {
        foreach (var mistake in found)
        {
            mistakes.Add(mistake.ToString());
        }
    }

    private static string? Text(string path, ICollection<string> mistakes)
    {
        try
        {
            using var stream = File.OpenRead(path);
            if (stream.Length > MaximumBytes)
            {
                mistakes.Add($"{path}: is longer than a permutation specification can be ({MaximumBytes} bytes)");
                return null;
            }

            using var reader = new StreamReader(stream, new UTF8Encoding(false, throwOnInvalidBytes: true));
            return reader.ReadToEnd();
        }
        catch (DecoderFallbackException)
        {
            mistakes.Add($"{path}: is not text in UTF-8");
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            mistakes.Add($"{path}: {(Directory.Exists(path) ? "is a folder" : File.Exists(path) ? error.Message : "no such file")}");
        }

        return null;
    }
}

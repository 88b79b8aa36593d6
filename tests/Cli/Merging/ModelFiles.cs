using System.Runtime.InteropServices;
using Distributed.Algorithms.Tensors;

namespace Distributed.Cli.Tests.Merging;

/// <summary>Small models as files.</summary>
internal static class ModelFiles
{
    /// <summary>A specification of <see cref="Mlp"/>'s hidden units.</summary>
    public const string MlpSpec = """
        fc1.weight: [P0, ~]
        fc1.bias: [P0]
        fc2.weight: [P1, P0]
        fc2.bias: [P1]
        fc3.weight: [~, P1]
        """;

    /// <summary>Writes a model; each tensor is given by its numbers.</summary>
    public static string Write(string path, params (string Name, long[] Shape, float[] Values)[] tensors) => Write(path, Of(tensors));

    /// <summary>Writes a model with the metadata that Python's writer leaves.</summary>
    public static string Write(string path, TensorSet model)
    {
        using var file = File.Create(path);
        Safetensors.Write(file, model, new Dictionary<string, string> { ["format"] = "pt" });
        return path;
    }

    /// <summary>Reads a model.</summary>
    public static TensorSet Read(string path)
    {
        using var file = File.OpenRead(path);
        return Safetensors.Load(file);
    }

    /// <summary>A multi-layer perceptron 6-5-4-3 of random numbers.</summary>
    public static TensorSet Mlp(int seed)
    {
        var random = new Random(seed);
        (string, long[], float[]) Draw(string name, params long[] shape) =>
            (name, shape, [.. Enumerable.Range(0, (int)shape.Aggregate(1L, (product, extent) => product * extent)).Select(_ => (float)((random.NextDouble() * 2) - 1))]);
        return Of(
            Draw("fc1.weight", 5, 6), Draw("fc1.bias", 5), Draw("fc2.weight", 4, 5), Draw("fc2.bias", 4), Draw("fc3.weight", 3, 4), Draw("fc3.bias", 3));
    }

    private static TensorSet Of(params (string Name, long[] Shape, float[] Values)[] tensors)
    {
        var model = new TensorSet(new TensorManifest(tensors.Select(tensor => new TensorEntry(tensor.Name, TensorDType.F32, [.. tensor.Shape]))));
        foreach (var (name, _, values) in tensors)
        {
            MemoryMarshal.AsBytes(values.AsSpan()).CopyTo(model.Bytes(name));
        }

        return model;
    }
}

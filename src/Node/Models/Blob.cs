using System.ComponentModel.DataAnnotations;
using Distributed.Algorithms.Tensors;

namespace Distributed.Node.Models;

/// <summary>Parameters of <c>blob</c>.</summary>
internal sealed record BlobParameters
{
    /// <summary>Size of the model in megabytes of 10^6 bytes.</summary>
    /// <value>1.</value>
    [Range(1, 2000)]
    public int Megabytes { get; init; } = 1;
}

/// <summary><c>blob</c>: a model that is only bytes. Its clients have one example each and nothing to learn.</summary>
internal static class Blob
{
    public const string Name = "blob";
    public const int ExamplesPerClient = 1;

    private const long FloatsPerTensor = 250_000;

    /// <summary>Tensors of one megabyte.</summary>
    public static TensorManifest Manifest(BlobParameters parameters) => new(
        Enumerable.Range(0, parameters.Megabytes).Select(i => new TensorEntry($"blob.{i}", TensorDType.F32, [FloatsPerTensor])));
}

using System.Collections.Immutable;
using Distributed.Algorithms.Merging;
using Distributed.Algorithms.Merging.Graphs;
using Distributed.Algorithms.Merging.Permutations;
using Distributed.Algorithms.Tensors;

namespace Distributed.Algorithms.Tests.Merging.Matching;

/// <summary>A random multi-layer perceptron and a copy of it, relabelled at random, with a little noise.</summary>
internal sealed record PlantedModels(int Seed, ImmutableArray<int> Widths, double Noise = 0.02, TensorDType DType = TensorDType.F64)
{
    public PermutationSpec Spec { get; } = GraphSymmetry.Of(new ModelGraph(["h0"], [$"h{Widths.Length - 1}"],
        [.. Enumerable.Range(1, Widths.Length - 1).Select(l => new DenseNode($"h{l - 1}", $"h{l}", $"l{l}.weight", $"l{l}.bias"))])).Spec;

    public TensorManifest Manifest => new(Enumerable.Range(1, Widths.Length - 1).SelectMany(l => new TensorEntry[]
    {
        new($"l{l}.weight", DType, [Widths[l], Widths[l - 1]]), new($"l{l}.bias", DType, [Widths[l]]),
    }));

    /// <summary>What the copy was relabelled by.</summary>
    public UnitPermutations Planted => UnitPermutations.Shuffled(Spec.Sizes(Manifest), Seed ^ 77);

    public StoredModel Reference => StoredModel.Of(Random(0, new TensorSet(Manifest), 1), "reference");

    public TensorSet Copy()
    {
        var set = Random(1, Random(0, new TensorSet(Manifest), 1), Noise);
        PermutedModel.Apply(Spec, Planted, set);
        return set;
    }

    public StoredModel Model => StoredModel.Of(Copy());

    private TensorSet Random(int stream, TensorSet set, double scale)
    {
        var random = new Random(Seed + stream);
        foreach (var entry in Manifest)
        {
            if (DType == TensorDType.F64)
                foreach (ref var x in set.Values<double>(entry.Name)) x += scale * Normal(random);
            else
                foreach (ref var x in set.Values<float>(entry.Name)) x += (float)(scale * Normal(random));
        }
        return set;
    }

    private static double Normal(Random random) =>
        Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
}

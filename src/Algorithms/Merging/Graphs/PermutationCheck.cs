using System.Collections.Immutable;
using Distributed.Algorithms.Merging.Permutations;
using Distributed.Algorithms.Tensors;

namespace Distributed.Algorithms.Merging.Graphs;

/// <summary>
/// Whether relabelled models compute what the original does: a random permutation for every name, applied to a copy, and the outputs of both
/// compared. A wrong specification fails by orders of magnitude.
/// </summary>
/// <param name="Difference">Largest difference of an output.</param>
/// <param name="Allowed">What rounding may come to: the tolerance × max(1, largest output).</param>
public sealed record PermutationCheck(double Difference, double Allowed)
{
    /// <summary>Tolerance for outputs that were computed in single precision: sums in another order differ.</summary>
    public const double SinglePrecision = 1e-5;

    /// <summary>Tolerance for outputs that were computed in double precision.</summary>
    public const double DoublePrecision = 1e-10;

    private const int Samples = 8;

    /// <summary>Whether they do. Outputs that are no numbers do not.</summary>
    public bool Holds => Difference <= Allowed;

    /// <summary>Checks with whatever runs the model, in evaluation mode and without dropout.</summary>
    /// <param name="spec">Which axis follows which permutation.</param>
    /// <param name="model">The model.</param>
    /// <param name="outputs">The outputs of a model for at least 8 inputs, always the same ones.</param>
    /// <param name="tolerance">For example <see cref="SinglePrecision"/>.</param>
    /// <param name="seed">Seed of the permutations.</param>
    /// <exception cref="ArgumentException">The specification does not fit the model.</exception>
    public static PermutationCheck Run(PermutationSpec spec, StoredModel model, Func<TensorSet, double[]> outputs, double tolerance, int seed = 0)
    {
        ArgumentNullException.ThrowIfNull(spec);
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(outputs);
        var (original, permuted) = (Copy(model), Copy(model));
        PermutedModel.Apply(spec, UnitPermutations.Displaced(spec.Sizes(model.Manifest), seed), permuted);
        var (before, after) = (outputs(original), outputs(permuted));
        if (before.Length != after.Length) throw new ArgumentException($"{before.Length} outputs, then {after.Length}.", nameof(outputs));
        // Written so that an output that is no number counts: LINQ's maximum would pass over it.
        var difference = before.Zip(after, (a, b) => Math.Abs(a - b)).Aggregate(0.0, (worst, d) => d <= worst ? worst : d);
        return new PermutationCheck(difference, tolerance * before.Aggregate(1.0, (most, x) => Math.Max(most, Math.Abs(x))));
    }

    /// <summary>Checks with the evaluator, on 8 random inputs, in double precision.</summary>
    /// <param name="graph">The network.</param>
    /// <param name="spec">Which axis follows which permutation.</param>
    /// <param name="model">The model.</param>
    /// <param name="shapes">The extents of each input, as <see cref="GraphEvaluator.Run(IReadOnlyList{double[]}, IReadOnlyList{ImmutableArray{int}})"/> takes them.</param>
    /// <param name="seed">Seed of the inputs and the permutations.</param>
    /// <exception cref="ArgumentException">The specification does not fit the model.</exception>
    /// <exception cref="NotSupportedException">The graph has an operation that is not known.</exception>
    public static PermutationCheck Run(
        ModelGraph graph, PermutationSpec spec, StoredModel model, IReadOnlyList<ImmutableArray<int>> shapes, int seed = 0)
    {
        ArgumentNullException.ThrowIfNull(graph);
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(shapes);
        var random = new Random(seed);
        var samples = Enumerable.Range(0, Samples).Select(_ => graph.Inputs.Select((input, i) => Draw(input, shapes[i])).ToArray()).ToArray();
        return Run(spec, model, set =>
        {
            var evaluator = new GraphEvaluator(graph, StoredModel.Of(set, model.Name));
            return [.. samples.SelectMany(sample => evaluator.Run(sample, shapes))];
        }, DoublePrecision, seed);

        double[] Draw(string input, ImmutableArray<int> shape)
        {
            var count = shape.Aggregate(1, (product, extent) => product * extent);
            var table = graph.Nodes.OfType<EmbeddingNode>().FirstOrDefault(node => node.Input == input);
            return [.. Enumerable.Range(0, count).Select(_ => table is null
                ? (random.NextDouble() * 2) - 1
                : random.Next((int)model.Manifest[table.Weight].Shape[0]))];
        }
    }

    private static TensorSet Copy(StoredModel model)
    {
        var copy = new TensorSet(model.Manifest);
        foreach (var entry in model.Manifest) model.Data.Read(entry.Offset, new byte[entry.ByteLength]).CopyTo(copy.Bytes(entry.Name));
        return copy;
    }
}

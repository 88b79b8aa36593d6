using System.Collections.Immutable;
using Distributed.Algorithms.Merging.Permutations;
using Distributed.Algorithms.Tensors;

namespace Distributed.Algorithms.Merging.Graphs;

/// <summary>
/// The relabellings of hidden units that a network does not notice. Every value has a channel; operations unite channels; inputs and outputs are
/// fixed, and so is whatever an operation pins. What is left of the classes are the permutations P0, P1 … by first appearance.
/// </summary>
public sealed record GraphSymmetry
{
    private GraphSymmetry(PermutationSpec spec, ImmutableArray<string> pinned) => (Spec, Pinned) = (spec, pinned);

    /// <summary>Which axis follows which permutation; all tensors that the graph uses are listed.</summary>
    public PermutationSpec Spec { get; }

    /// <summary>Operations that pin channels which others would leave free, as sentences that name their tensors or values.</summary>
    public ImmutableArray<string> Pinned { get; }

    /// <summary>Derives them.</summary>
    /// <param name="graph">The network.</param>
    /// <exception cref="ArgumentException">A tensor is used with different numbers of axes.</exception>
    public static GraphSymmetry Of(ModelGraph graph)
    {
        ArgumentNullException.ThrowIfNull(graph);
        var derivation = new SymmetryDerivation(graph);
        return new GraphSymmetry(derivation.Spec(), [.. derivation.Pinned]);
    }

    /// <summary>
    /// Why a specification written by hand would change what the network computes, as sentences that name the tensor; empty when it would not.
    /// It may leave axes fixed that could move, but channels that belong together must move together.
    /// </summary>
    /// <param name="written">The specification.</param>
    public IReadOnlyList<string> Contradictions(PermutationSpec written)
    {
        ArgumentNullException.ThrowIfNull(written);
        var found = new List<string>();
        var first = new Dictionary<string, (string Tensor, string? Permutation)>(StringComparer.Ordinal);
        foreach (var tensor in Spec.Tensors)
        {
            for (var axis = 0; axis < tensor.Axes.Length; axis++) Compare(tensor, axis);
        }
        return found;

        void Compare(TensorAxes tensor, int axis)
        {
            var theirs = written.TryFind(tensor.Name, out var axes) && axis < axes.Axes.Length ? axes.Axes[axis] : [];
            var name = Printable.Of(tensor.Name);
            foreach (var entry in theirs.Where(entry => !tensor.Axes[axis].Any(own => SamePlaces(own, entry))))
                found.Add($"Tensor {name}: axis {axis} cannot be permuted in {Describe(entry)}, as {Printable.Of(entry.Permutation)} would.");
            foreach (var own in tensor.Axes[axis])
            {
                var how = theirs.FirstOrDefault(entry => SamePlaces(own, entry))?.Permutation;
                if (!first.TryAdd(own.Permutation, (tensor.Name, how)) && first[own.Permutation].Permutation != how)
                    found.Add($"Tensor {name}: axis {axis} must follow the same permutation as {Printable.Of(first[own.Permutation].Tensor)}.");
            }
        }
    }

    private static bool SamePlaces(AxisEntry one, AxisEntry other) =>
        one.Block == other.Block && one.Offset == other.Offset && one.ChannelsLast == other.ChannelsLast;

    private static string Describe(AxisEntry entry) =>
        $"blocks of {entry.Block}{(entry.ChannelsLast ? ", channels last" : "")}{(entry.Offset > 0 ? $", from {entry.Offset} on" : "")}";
}

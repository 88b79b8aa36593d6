using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using Distributed.Algorithms.Tensors;

namespace Distributed.Algorithms.Merging.Permutations;

/// <summary>
/// Which axis of which tensor follows which relabelling of hidden units. Applying permutations that agree with it changes no output of the
/// network (Ainsworth et al., "Git Re-Basin", ICLR 2023). Permutations are gathers: permuted[i] = original[p[i]].
/// </summary>
public sealed class PermutationSpec : IEquatable<PermutationSpec>
{
    private readonly Dictionary<string, TensorAxes> _tensors = new(StringComparer.Ordinal);
    private readonly Dictionary<string, ImmutableArray<AxisUse>> _uses = new(StringComparer.Ordinal);

    /// <summary>Collects tensors; permutations are named by them, in the order in which they first appear.</summary>
    /// <param name="tensors">The tensors, in the order of the model. Tensors that are not listed are fixed.</param>
    /// <exception cref="ArgumentException">A tensor appears twice.</exception>
    public PermutationSpec(IEnumerable<TensorAxes> tensors)
    {
        ArgumentNullException.ThrowIfNull(tensors);
        Tensors = [.. tensors];
        var names = ImmutableArray.CreateBuilder<string>();
        var uses = new Dictionary<string, ImmutableArray<AxisUse>.Builder>(StringComparer.Ordinal);
        foreach (var tensor in Tensors)
        {
            if (!_tensors.TryAdd(tensor.Name, tensor))
                throw new ArgumentException($"Tensor {Printable.Of(tensor.Name)} appears twice.", nameof(tensors));
            for (var axis = 0; axis < tensor.Axes.Length; axis++)
            {
                for (var entry = 0; entry < tensor.Axes[axis].Length; entry++)
                {
                    var name = tensor.Axes[axis][entry].Permutation;
                    if (!uses.TryGetValue(name, out var of))
                    {
                        uses[name] = of = ImmutableArray.CreateBuilder<AxisUse>();
                        names.Add(name);
                    }
                    of.Add(new AxisUse(tensor, axis, entry));
                }
            }
        }
        Names = names.ToImmutable();
        foreach (var (name, of) in uses) _uses[name] = of.ToImmutable();
    }

    /// <summary>The tensors in the order given.</summary>
    public ImmutableArray<TensorAxes> Tensors { get; }

    /// <summary>The permutations in the order in which they first appear.</summary>
    public ImmutableArray<string> Names { get; }

    /// <summary>Where a permutation acts, in the order of the tensors.</summary>
    /// <param name="permutation">Its name.</param>
    /// <exception cref="KeyNotFoundException">No tensor has such a permutation.</exception>
    public ImmutableArray<AxisUse> UsesOf(string permutation) => _uses.TryGetValue(permutation, out var uses)
        ? uses
        : throw new KeyNotFoundException($"No tensor has a permutation {Printable.Of(permutation)}.");

    /// <summary>Looks a tensor up.</summary>
    /// <param name="tensor">Its name.</param>
    /// <param name="axes">What acts on it, when it is listed.</param>
    public bool TryFind(string tensor, [NotNullWhen(true)] out TensorAxes? axes) => _tensors.TryGetValue(tensor, out axes);

    /// <summary>
    /// What keeps the specification from being applied to a model, as sentences that name the tensor; empty when it fits: a listed tensor
    /// is absent, has another number of axes, or its extents contradict another tensor's.
    /// </summary>
    /// <param name="manifest">The model's tensors.</param>
    public IReadOnlyList<string> Problems(TensorManifest manifest) => new PermutationSizes(this, manifest).Problems;

    /// <summary>The number of units of each permutation.</summary>
    /// <param name="manifest">The model's tensors.</param>
    /// <exception cref="ArgumentException">The specification does not fit; <see cref="Problems"/> says why.</exception>
    public ImmutableDictionary<string, int> Sizes(TensorManifest manifest)
    {
        var sizes = new PermutationSizes(this, manifest);
        return sizes.Problems.Count == 0
            ? sizes.Found.ToImmutableDictionary(StringComparer.Ordinal)
            : throw new ArgumentException(string.Join(" ", sizes.Problems), nameof(manifest));
    }

    /// <summary>Whether two permutations act on a tensor together, so that the best choice of one depends on the other.</summary>
    /// <param name="one">A permutation.</param>
    /// <param name="other">Another.</param>
    public bool Conflict(string one, string other) =>
        UsesOf(one).Select(use => use.Tensor.Name).Intersect(UsesOf(other).Select(use => use.Tensor.Name), StringComparer.Ordinal).Any();

    /// <summary>Equality of content.</summary>
    /// <param name="other">What to compare with.</param>
    public bool Equals(PermutationSpec? other) => other is not null && Tensors.AsSpan().SequenceEqual(other.Tensors.AsSpan());

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as PermutationSpec);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Tensors.Length, Names.Length);
}

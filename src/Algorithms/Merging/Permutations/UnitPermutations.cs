using System.Collections.Immutable;
using Distributed.Algorithms.Tensors;

namespace Distributed.Algorithms.Merging.Permutations;

/// <summary>A permutation for each name of a specification: permuted[i] = original[p[i]].</summary>
public sealed class UnitPermutations : IEquatable<UnitPermutations>
{
    /// <summary>Collects permutations.</summary>
    /// <param name="permutations">Each name with its permutation of 0 … n-1.</param>
    /// <exception cref="ArgumentException">One of them is no permutation.</exception>
    public UnitPermutations(IEnumerable<KeyValuePair<string, ImmutableArray<int>>> permutations)
    {
        All = permutations.ToImmutableSortedDictionary(StringComparer.Ordinal);
        foreach (var (name, p) in All)
        {
            if (!IsPermutation(p.AsSpan()))
                throw new ArgumentException($"{Printable.Of(name)} is no permutation of 0 to {p.Length - 1}.", nameof(permutations));
        }
    }

    /// <summary>The permutations by name.</summary>
    public ImmutableSortedDictionary<string, ImmutableArray<int>> All { get; }

    /// <summary>The permutation of a name.</summary>
    /// <param name="name">The name.</param>
    /// <exception cref="KeyNotFoundException">There is none.</exception>
    public ImmutableArray<int> this[string name] => All[name];

    /// <summary>Whether they leave every unit in its place.</summary>
    public bool IsIdentity => All.Values.All(p => p.AsSpan().SequenceEqual(Enumerable.Range(0, p.Length).ToArray()));

    /// <summary>How many units change their place, over all permutations.</summary>
    public int Moved => All.Values.Sum(p => p.Where((from, to) => from != to).Count());

    /// <summary>Every unit in its place.</summary>
    /// <param name="sizes">Number of units of each, <see cref="PermutationSpec.Sizes"/>.</param>
    public static UnitPermutations Identity(IReadOnlyDictionary<string, int> sizes) =>
        new(sizes.Select(size => KeyValuePair.Create(size.Key, Enumerable.Range(0, size.Value).ToImmutableArray())));

    /// <summary>Every order of units equally likely; the same for the same seed and sizes, however they are ordered.</summary>
    /// <param name="sizes">Number of units of each, <see cref="PermutationSpec.Sizes"/>.</param>
    /// <param name="seed">The seed.</param>
    public static UnitPermutations Shuffled(IReadOnlyDictionary<string, int> sizes, int seed) => Drawn(sizes, seed, order => order);

    /// <summary>
    /// Random orders in which no unit keeps its place, unless it is the only one: what to check with, because a few units that are only
    /// shuffled may well stay where they are.
    /// </summary>
    /// <param name="sizes">Number of units of each, <see cref="PermutationSpec.Sizes"/>.</param>
    /// <param name="seed">The seed.</param>
    public static UnitPermutations Displaced(IReadOnlyDictionary<string, int> sizes, int seed) => Drawn(sizes, seed, order =>
    {
        // Each unit goes where the next one of a random circle is.
        var p = new int[order.Length];
        for (var i = 0; i < p.Length; i++) p[order[i]] = order[(i + 1) % p.Length];
        return p;
    });

    /// <summary>What undoes them.</summary>
    public UnitPermutations Inverse() => new(All.Select(p => KeyValuePair.Create(p.Key, Inverse(p.Value.AsSpan()).ToImmutableArray())));

    /// <summary>These applied first, and then others: i ↦ p[then[i]].</summary>
    /// <param name="then">The others; they must have the same names and sizes.</param>
    /// <exception cref="ArgumentException">They have not.</exception>
    public UnitPermutations Then(UnitPermutations then)
    {
        ArgumentNullException.ThrowIfNull(then);
        if (then.All.Count != All.Count || !All.All(p => then.All.TryGetValue(p.Key, out var other) && other.Length == p.Value.Length))
            throw new ArgumentException("The permutations are of other units.", nameof(then));
        return new(All.Select(p => KeyValuePair.Create(p.Key, then[p.Key].Select(i => p.Value[i]).ToImmutableArray())));
    }

    /// <summary>
    /// What keeps them from being applied by a specification to a model, as sentences; empty when they fit: one is missing or of another size.
    /// </summary>
    /// <param name="sizes">Number of units of each, <see cref="PermutationSpec.Sizes"/>.</param>
    public IReadOnlyList<string> Problems(IReadOnlyDictionary<string, int> sizes)
    {
        ArgumentNullException.ThrowIfNull(sizes);
        return
        [
            .. sizes.Where(size => !All.ContainsKey(size.Key)).Select(size => $"There is no permutation {Printable.Of(size.Key)}."),
            .. sizes.Where(size => All.TryGetValue(size.Key, out var p) && p.Length != size.Value)
                .Select(size => $"Permutation {Printable.Of(size.Key)} is of {All[size.Key].Length} units, the model has {size.Value}."),
        ];
    }

    /// <summary>Equality of content.</summary>
    /// <param name="other">What to compare with.</param>
    public bool Equals(UnitPermutations? other) => other is not null && other.All.Count == All.Count
        && All.All(p => other.All.TryGetValue(p.Key, out var theirs) && p.Value.AsSpan().SequenceEqual(theirs.AsSpan()));

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as UnitPermutations);

    /// <inheritdoc/>
    public override int GetHashCode() => All.Count;

    /// <summary>The permutation that undoes another.</summary>
    internal static int[] Inverse(ReadOnlySpan<int> permutation)
    {
        var inverse = new int[permutation.Length];
        for (var i = 0; i < inverse.Length; i++) inverse[permutation[i]] = i;
        return inverse;
    }

    private static UnitPermutations Drawn(IReadOnlyDictionary<string, int> sizes, int seed, Func<int[], int[]> permutation)
    {
        var random = new Random(seed);
        return new(sizes.OrderBy(size => size.Key, StringComparer.Ordinal).Select(size =>
        {
            var order = Enumerable.Range(0, size.Value).ToArray();
            random.Shuffle(order);
            return KeyValuePair.Create(size.Key, permutation(order).ToImmutableArray());
        }).ToList());
    }

    private static bool IsPermutation(ReadOnlySpan<int> values)
    {
        var seen = new bool[values.Length];
        foreach (var value in values)
        {
            if ((uint)value >= (uint)seen.Length || seen[value]) return false;
            seen[value] = true;
        }
        return true;
    }
}

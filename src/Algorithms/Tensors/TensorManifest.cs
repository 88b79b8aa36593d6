using System.Collections;
using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;

namespace Distributed.Algorithms.Tensors;

/// <summary>
/// The tensors of a model in the order of their bytes, without gaps. Two manifests are equal when every name, type, shape, place and role
/// is; an update is admitted only when its manifest equals the model's.
/// </summary>
public sealed class TensorManifest : IReadOnlyList<TensorEntry>, IEquatable<TensorManifest>
{
    private readonly ImmutableArray<TensorEntry> _entries;
    private readonly Dictionary<string, int> _index;

    /// <summary>Lays the tensors out one behind the other in the order given; offsets are assigned here.</summary>
    /// <param name="tensors">The tensors; names must differ.</param>
    /// <exception cref="ArgumentException">Two tensors share a name, or the bytes of all exceed <see cref="long.MaxValue"/>.</exception>
    public TensorManifest(IEnumerable<TensorEntry> tensors)
    {
        ArgumentNullException.ThrowIfNull(tensors);
        _index = new Dictionary<string, int>(StringComparer.Ordinal);
        var entries = ImmutableArray.CreateBuilder<TensorEntry>();
        foreach (var tensor in tensors)
        {
            if (!_index.TryAdd(tensor.Name, entries.Count))
                throw new ArgumentException($"Tensor {Printable.Of(tensor.Name)} appears twice.", nameof(tensors));
            if (tensor.ByteLength > long.MaxValue - ByteLength)
                throw new ArgumentException("The tensors together are too large.", nameof(tensors));
            entries.Add(tensor with { Offset = ByteLength });
            ByteLength += tensor.ByteLength;
        }
        _entries = entries.ToImmutable();
    }

    /// <summary>Bytes of all tensors together: the length of the data behind the header.</summary>
    public long ByteLength { get; }

    /// <summary>Number of tensors.</summary>
    public int Count => _entries.Length;

    /// <summary>The tensors in the order of their bytes.</summary>
    public ImmutableArray<TensorEntry> Entries => _entries;

    /// <summary>Elements of all trainable tensors together: P of the formulas.</summary>
    public long ParameterCount => _entries.Where(e => e.IsTrainable).Sum(e => e.ElementCount);

    /// <summary>The tensor at a position.</summary>
    /// <param name="index">Position, from 0.</param>
    public TensorEntry this[int index] => _entries[index];

    /// <summary>The tensor of that name.</summary>
    /// <param name="name">Its name.</param>
    /// <exception cref="KeyNotFoundException">There is none.</exception>
    public TensorEntry this[string name] => TryFind(name, out var entry)
        ? entry
        : throw new KeyNotFoundException($"No tensor is called {Printable.Of(name)}.");

    /// <summary>Looks a tensor up by name.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="entry">The tensor, when there is one.</param>
    public bool TryFind(string name, [NotNullWhen(true)] out TensorEntry? entry)
    {
        entry = _index.TryGetValue(name, out var i) ? _entries[i] : null;
        return entry is not null;
    }

    /// <summary>
    /// What keeps <paramref name="other"/> from being a model of this manifest, as lines "expected … got …" that are safe to print;
    /// empty when the two are equal.
    /// </summary>
    /// <param name="other">The manifest that came in.</param>
    /// <param name="limit">Most lines to return.</param>
    public IReadOnlyList<string> Differences(TensorManifest other, int limit = 5)
    {
        ArgumentNullException.ThrowIfNull(other);
        return Equals(other) ? [] : AllDifferences(other).Take(limit).ToList();
    }

    private IEnumerable<string> AllDifferences(TensorManifest other)
    {
        var found = false;
        foreach (var entry in _entries)
        {
            var name = Printable.Of(entry.Name);
            if (!other.TryFind(entry.Name, out var got))
                yield return $"{name}: expected {entry.Describe()}, got nothing";
            else if (got.DType != entry.DType || !got.Shape.AsSpan().SequenceEqual(entry.Shape.AsSpan()))
                yield return $"{name}: expected {entry.Describe()}, got {got.Describe()}";
            else if (got.IsBuffer != entry.IsBuffer)
                yield return $"{name}: expected a {Role(entry)}, got a {Role(got)}";
            else
                continue;
            found = true;
        }
        foreach (var extra in other._entries.Where(e => !_index.ContainsKey(e.Name)))
        {
            found = true;
            yield return $"{Printable.Of(extra.Name)}: expected nothing, got {extra.Describe()}";
        }
        if (!found) yield return "the tensors are the same, in another order";
    }

    private static string Role(TensorEntry entry) => entry.IsBuffer ? "buffer" : "parameter";

    /// <summary>Equality of content.</summary>
    /// <param name="other">The manifest to compare with.</param>
    public bool Equals(TensorManifest? other) =>
        ReferenceEquals(this, other) || (other is not null && _entries.AsSpan().SequenceEqual(other._entries.AsSpan()));

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as TensorManifest);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        var hash = new HashCode();
        foreach (var entry in _entries) hash.Add(entry);
        return hash.ToHashCode();
    }

    /// <inheritdoc/>
    public IEnumerator<TensorEntry> GetEnumerator() => ((IEnumerable<TensorEntry>)_entries).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}

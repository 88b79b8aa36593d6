using System.Collections.Immutable;

namespace Distributed.Algorithms.Merging.Permutations;

/// <summary>What acts on the axes of a tensor.</summary>
public sealed record TensorAxes
{
    /// <summary>Describes a tensor.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="axes">
    /// For each axis what acts on it: nothing (the axis is fixed), one permutation, or several, which are applied in their order: side by side
    /// on a joined axis, or heads first and then what is inside of each.
    /// </param>
    public TensorAxes(string name, ImmutableArray<ImmutableArray<AxisEntry>> axes)
    {
        ArgumentNullException.ThrowIfNull(name);
        Name = name;
        Axes = axes;
    }

    /// <summary>Its name.</summary>
    public string Name { get; }

    /// <summary>For each axis what acts on it.</summary>
    public ImmutableArray<ImmutableArray<AxisEntry>> Axes { get; }

    /// <summary>Whether no permutation touches it.</summary>
    public bool IsFixed => Axes.All(axis => axis.IsEmpty);

    /// <summary>Describes a tensor with at most one permutation of single places for each axis, null where there is none.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="axes">The names of the permutations.</param>
    public static TensorAxes Of(string name, params ReadOnlySpan<string?> axes)
    {
        var all = ImmutableArray.CreateBuilder<ImmutableArray<AxisEntry>>();
        foreach (var axis in axes) all.Add(axis is null ? [] : [new AxisEntry(axis)]);
        return new TensorAxes(name, all.ToImmutable());
    }

    /// <summary>Equality of content.</summary>
    /// <param name="other">What to compare with.</param>
    public bool Equals(TensorAxes? other) =>
        other is not null && Name == other.Name && Axes.Length == other.Axes.Length
        && Axes.Zip(other.Axes).All(pair => pair.First.AsSpan().SequenceEqual(pair.Second.AsSpan()));

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Name, Axes.Length);
}

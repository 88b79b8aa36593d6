using System.Collections.Immutable;

namespace Distributed.Algorithms.Tensors;

/// <summary>One tensor of a model: what it is called, what it holds and where its bytes lie.</summary>
public sealed record TensorEntry
{
    /// <summary>Describes a tensor; its <see cref="Offset"/> is assigned by the manifest it joins.</summary>
    /// <param name="name">Name, unique within a manifest, for example <c>fc1.weight</c>.</param>
    /// <param name="dtype">Element type.</param>
    /// <param name="shape">Extents, row-major; empty for a scalar.</param>
    /// <param name="isBuffer">True for state that no gradient trains (running statistics, counters).</param>
    /// <exception cref="ArgumentException">The shape holds a negative extent, its bytes exceed <see cref="long.MaxValue"/>, or packed
    /// elements fill no whole bytes.</exception>
    public TensorEntry(string name, TensorDType dtype, ImmutableArray<long> shape, bool isBuffer = false)
    {
        ArgumentNullException.ThrowIfNull(name);
        if (!TensorShape.TryCount(shape.AsSpan(), dtype, out var elements))
            throw new ArgumentException($"Tensor {Printable.Of(name)}: the shape is negative or too large, or its elements fill no whole bytes.", nameof(shape));
        Name = name;
        DType = dtype;
        Shape = shape.IsDefault ? [] : shape;
        IsBuffer = isBuffer;
        ElementCount = elements;
    }

    /// <summary>Name, unique within a manifest.</summary>
    public string Name { get; }

    /// <summary>Element type.</summary>
    public TensorDType DType { get; }

    /// <summary>Extents, row-major; empty for a scalar.</summary>
    public ImmutableArray<long> Shape { get; }

    /// <summary>True for state that no gradient trains (running statistics, counters); false for a parameter.</summary>
    public bool IsBuffer { get; init; }

    /// <summary>First byte, counted from the start of the data (behind the header).</summary>
    public long Offset { get; internal init; }

    /// <summary>Number of elements: 1 for a scalar, 0 when an extent is 0.</summary>
    public long ElementCount { get; }

    /// <summary>Length of the data in bytes.</summary>
    public long ByteLength => TensorShape.ByteLength(ElementCount, DType);

    /// <summary>Bytes of what can be copied one by one: an element, or a byte where several elements share it.</summary>
    internal int UnitBytes => DType.IsPacked() ? 1 : DType.SizeInBytes();

    /// <summary>How many of them there are.</summary>
    internal long UnitCount => ByteLength / UnitBytes;

    /// <summary>Whether gradients train it: a floating-point tensor that is no buffer.</summary>
    public bool IsTrainable => !IsBuffer && DType.IsFloating();

    /// <summary>Equality of content: name, type, shape, place and role.</summary>
    /// <param name="other">The entry to compare with.</param>
    public bool Equals(TensorEntry? other) =>
        other is not null && Name == other.Name && DType == other.DType && IsBuffer == other.IsBuffer
        && Offset == other.Offset && Shape.AsSpan().SequenceEqual(other.Shape.AsSpan());

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Name, DType, IsBuffer, Offset, Shape.Length, ElementCount);

    /// <summary>For example <c>F32[10, 256]</c>.</summary>
    public string Describe() => $"{DType}[{string.Join(", ", Shape)}]";
}

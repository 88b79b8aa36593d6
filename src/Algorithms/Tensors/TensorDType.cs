namespace Distributed.Algorithms.Tensors;

/// <summary>Element type of a tensor; the member names are the words that safetensors headers use.</summary>
public enum TensorDType
{
    /// <summary>IEEE single precision, 4 bytes.</summary>
    F32,
    /// <summary>IEEE double precision, 8 bytes.</summary>
    F64,
    /// <summary>IEEE half precision, 2 bytes.</summary>
    F16,
    /// <summary>The upper half of an IEEE single, 2 bytes.</summary>
    BF16,
    /// <summary>Signed integer, 8 bytes.</summary>
    I64,
    /// <summary>Signed integer, 4 bytes.</summary>
    I32,
    /// <summary>Signed integer, 2 bytes.</summary>
    I16,
    /// <summary>Signed integer, 1 byte.</summary>
    I8,
    /// <summary>Unsigned integer, 8 bytes.</summary>
    U64,
    /// <summary>Unsigned integer, 4 bytes.</summary>
    U32,
    /// <summary>Unsigned integer, 2 bytes.</summary>
    U16,
    /// <summary>Unsigned integer, 1 byte.</summary>
    U8,
    /// <summary>Truth value, 1 byte: 0 or 1.</summary>
    BOOL,
}

/// <summary>Facts about each <see cref="TensorDType"/>.</summary>
public static class TensorDTypes
{
    /// <summary>Bytes of one element.</summary>
    /// <param name="type">The element type.</param>
    public static int SizeInBytes(this TensorDType type) => type switch
    {
        TensorDType.F64 or TensorDType.I64 or TensorDType.U64 => 8,
        TensorDType.F32 or TensorDType.I32 or TensorDType.U32 => 4,
        TensorDType.F16 or TensorDType.BF16 or TensorDType.I16 or TensorDType.U16 => 2,
        TensorDType.I8 or TensorDType.U8 or TensorDType.BOOL => 1,
        _ => throw new ArgumentOutOfRangeException(nameof(type), type, "Not an element type."),
    };

    /// <summary>Whether the elements are floating-point numbers, which can be averaged; integers and truth values cannot.</summary>
    /// <param name="type">The element type.</param>
    public static bool IsFloating(this TensorDType type) =>
        type is TensorDType.F32 or TensorDType.F64 or TensorDType.F16 or TensorDType.BF16;
}

namespace Distributed.Algorithms.Tensors;

/// <summary>Element type of a tensor; the member names are the words that safetensors headers use.</summary>
[System.Diagnostics.CodeAnalysis.SuppressMessage("Naming", "CA1707", Justification = "The words are the format's.")]
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
    /// <summary>Float of 4 exponent and 3 mantissa bits without infinities (E4M3FN), 1 byte.</summary>
    F8_E4M3,
    /// <summary>Float of 5 exponent and 2 mantissa bits, 1 byte.</summary>
    F8_E5M2,
    /// <summary>A power of two, the scale of a block of packed numbers, 1 byte.</summary>
    F8_E8M0,
    /// <summary>Float of 2 exponent bits and 1 mantissa bit, 4 bits, two to a byte.</summary>
    F4,
    /// <summary>Float of 2 exponent and 3 mantissa bits, 6 bits, four to three bytes.</summary>
    F6_E2M3,
    /// <summary>Float of 3 exponent and 2 mantissa bits, 6 bits, four to three bytes.</summary>
    F6_E3M2,
    /// <summary>Complex number of two IEEE singles, 8 bytes.</summary>
    C64,
}

/// <summary>Facts about each <see cref="TensorDType"/>.</summary>
public static class TensorDTypes
{
    private const int ByteBits = 8;

    /// <summary>Bits of one element.</summary>
    /// <param name="type">The element type.</param>
    public static int SizeInBits(this TensorDType type) => type switch
    {
        TensorDType.F64 or TensorDType.I64 or TensorDType.U64 or TensorDType.C64 => 64,
        TensorDType.F32 or TensorDType.I32 or TensorDType.U32 => 32,
        TensorDType.F16 or TensorDType.BF16 or TensorDType.I16 or TensorDType.U16 => 16,
        TensorDType.I8 or TensorDType.U8 or TensorDType.BOOL or TensorDType.F8_E4M3 or TensorDType.F8_E5M2 or TensorDType.F8_E8M0 => 8,
        TensorDType.F6_E2M3 or TensorDType.F6_E3M2 => 6,
        TensorDType.F4 => 4,
        _ => throw new ArgumentOutOfRangeException(nameof(type), type, "Not an element type."),
    };

    /// <summary>Bytes of one element.</summary>
    /// <param name="type">The element type; not one that is packed.</param>
    /// <exception cref="ArgumentOutOfRangeException">Elements of the type are no whole bytes.</exception>
    public static int SizeInBytes(this TensorDType type) => type.IsPacked()
        ? throw new ArgumentOutOfRangeException(nameof(type), type, "Elements of this type are no whole bytes.")
        : type.SizeInBits() / ByteBits;

    /// <summary>Whether the elements are whole numbers.</summary>
    /// <param name="type">The element type.</param>
    public static bool IsInteger(this TensorDType type) => type is >= TensorDType.I64 and <= TensorDType.U8;

    /// <summary>Whether several elements share a byte.</summary>
    /// <param name="type">The element type.</param>
    public static bool IsPacked(this TensorDType type) => type.SizeInBits() < ByteBits;

    /// <summary>
    /// Whether the elements are floating-point numbers that stand for themselves and can be averaged. Integers and truth values cannot; packed floats, powers of
    /// two and complex numbers are carried along as they are.
    /// </summary>
    /// <param name="type">The element type.</param>
    public static bool IsFloating(this TensorDType type) => type
        is TensorDType.F32 or TensorDType.F64 or TensorDType.F16 or TensorDType.BF16 or TensorDType.F8_E4M3 or TensorDType.F8_E5M2;
}

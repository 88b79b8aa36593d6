using TorchSharp.Native;

namespace TorchSharp;

/// <summary>A number of any element type.</summary>
public sealed class Scalar : IDisposable
{
    private Scalar(Tag tag, long bits, torch.ScalarType type) => (Tag, Bits, Type) = (tag, bits, type);

    public torch.ScalarType Type { get; }

    internal Tag Tag { get; }

    internal long Bits { get; }

    internal double AsDouble => Tag == Tag.Double ? BitConverter.Int64BitsToDouble(Bits) : Bits;

    internal long AsLong => Tag == Tag.Double ? (long)BitConverter.Int64BitsToDouble(Bits) : Bits;

    public static implicit operator Scalar(bool value) => new(Tag.Bool, value ? 1 : 0, torch.ScalarType.Bool);
    public static implicit operator Scalar(byte value) => new(Tag.Int, value, torch.ScalarType.Byte);
    public static implicit operator Scalar(int value) => new(Tag.Int, value, torch.ScalarType.Int32);
    public static implicit operator Scalar(long value) => new(Tag.Int, value, torch.ScalarType.Int64);
    public static implicit operator Scalar(float value) => Floating(value, torch.ScalarType.Float32);
    public static implicit operator Scalar(double value) => Floating(value, torch.ScalarType.Float64);

    /// <summary>Nothing to release: a value. The real one is native.</summary>
    public void Dispose()
    {
    }

    internal static Scalar From(NativeValue value) => value.Tag switch
    {
        Tag.Double => value.Double,
        Tag.Bool => value.Int != 0,
        _ => value.Int,
    };

    private static Scalar Floating(double value, torch.ScalarType type) => new(Tag.Double, BitConverter.DoubleToInt64Bits(value), type);
}

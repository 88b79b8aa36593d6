using System.Runtime.InteropServices;

namespace Distributed.Algorithms.Tensors;

/// <summary>A piece of a stored tensor, ready to be reduced: single and double precision as they are, other types made wide.</summary>
internal readonly ref struct Numbers
{
    private readonly ReadOnlySpan<float> _single;
    private readonly ReadOnlySpan<double> _double;
    private readonly bool _isSingle;

    /// <param name="type">A floating-point type.</param>
    /// <param name="bytes">The elements.</param>
    /// <param name="room">Takes them where they have to be made wide.</param>
    public Numbers(TensorDType type, ReadOnlySpan<byte> bytes, Span<double> room)
    {
        switch (type)
        {
            case TensorDType.F32:
                _single = MemoryMarshal.Cast<byte, float>(bytes);
                _isSingle = true;
                break;
            case TensorDType.F64:
                _double = MemoryMarshal.Cast<byte, double>(bytes);
                break;
            default:
                Elements.Widen(type, bytes, room);
                _double = room;
                break;
        }
    }

    /// <summary>Σ w a.</summary>
    public double Dot(ReadOnlySpan<double> a) => _isSingle ? Reductions.Dot(_single, a) : Reductions.Dot(_double, a);

    /// <summary>Σ w².</summary>
    public double SquaredNorm() => _isSingle ? Reductions.SquaredNorm(_single) : Reductions.SquaredNorm(_double);

    /// <summary>Σ (w - a) b.</summary>
    public double DotOfDifference(ReadOnlySpan<double> a, ReadOnlySpan<double> b) =>
        _isSingle ? Reductions.DotOfDifference(_single, a, b) : Reductions.DotOfDifference(_double, a, b);

    /// <summary>Σ (w - a)².</summary>
    public double SquaredDistance(ReadOnlySpan<double> a) =>
        _isSingle ? Reductions.SquaredDistance(_single, a) : Reductions.SquaredDistance(_double, a);
}

using System.Runtime.InteropServices;

namespace Distributed.Algorithms.Tensors;

/// <summary>
/// The same piece of four models in single precision. Kernels that go through four at once have a quarter of the traffic of what the models share, without
/// which they would not keep up with the memory.
/// </summary>
internal readonly ref struct FourSingles
{
    /// <summary>How many they are.</summary>
    public const int Count = 4;

    public FourSingles(ReadOnlySpan<float> first, ReadOnlySpan<float> second, ReadOnlySpan<float> third, ReadOnlySpan<float> fourth)
    {
        if (second.Length != first.Length || third.Length != first.Length || fourth.Length != first.Length)
            throw new ArgumentException("The vectors differ in length.", nameof(first));
        First = first;
        Second = second;
        Third = third;
        Fourth = fourth;
    }

    public ReadOnlySpan<float> First { get; }

    public ReadOnlySpan<float> Second { get; }

    public ReadOnlySpan<float> Third { get; }

    public ReadOnlySpan<float> Fourth { get; }

    /// <summary>Numbers of each.</summary>
    public int Length => First.Length;

    /// <summary>Reads so many bytes of each model, from the same offset on; the room is for all four.</summary>
    public static FourSingles Read(
        ITensorReader first, ITensorReader second, ITensorReader third, ITensorReader fourth, long offset, int bytes, Span<byte> room) =>
        new(Single(first, offset, room[..bytes]),
            Single(second, offset, room.Slice(bytes, bytes)),
            Single(third, offset, room.Slice(2 * bytes, bytes)),
            Single(fourth, offset, room.Slice(3 * bytes, bytes)));

    private static ReadOnlySpan<float> Single(ITensorReader model, long offset, Span<byte> room) =>
        MemoryMarshal.Cast<byte, float>(model.Read(offset, room));
}

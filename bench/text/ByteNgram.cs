using System.Runtime.InteropServices;

namespace Distributed.Bench.Text;

/// <summary>Counts of bytes after up to order - 1 bytes, interpolated as Witten and Bell (1991, method C) do, over a uniform distribution.</summary>
internal sealed class ByteNgram(int order)
{
    private readonly Dictionary<ulong, int> continuations = [];
    private readonly Dictionary<ulong, (int Count, int Kinds)> contexts = [];

    public void Learn(ReadOnlySpan<byte> text)
    {
        for (var i = 0; i < text.Length; i++)
        {
            for (var length = 0; length < order && length <= i; length++)
            {
                ref var times = ref CollectionsMarshal.GetValueRefOrAddDefault(continuations, Key(text.Slice(i - length, length + 1)), out _);
                ref var context = ref CollectionsMarshal.GetValueRefOrAddDefault(contexts, Key(text.Slice(i - length, length)), out _);
                context = (context.Count + 1, context.Kinds + (times++ == 0 ? 1 : 0));
            }
        }
    }

    /// <summary>Bits of a text, each byte after all before it.</summary>
    public double Bits(ReadOnlySpan<byte> text)
    {
        var bits = 0.0;
        for (var i = 0; i < text.Length; i++)
        {
            bits -= Math.Log2(Probability(text[Math.Max(0, i - order + 1)..(i + 1)]));
        }

        return bits;
    }

    /// <summary>Probability of the last byte after those before it.</summary>
    public double Probability(ReadOnlySpan<byte> bytes)
    {
        var probability = 1.0 / 256;
        for (var length = 0; length < bytes.Length; length++)
        {
            if (!contexts.TryGetValue(Key(bytes.Slice(bytes.Length - 1 - length, length)), out var context))
            {
                break;
            }

            var times = continuations.GetValueOrDefault(Key(bytes[(bytes.Length - 1 - length)..]));
            probability = (times + (context.Kinds * probability)) / (context.Count + context.Kinds);
        }

        return probability;
    }

    // Six bytes and their number.
    private static ulong Key(ReadOnlySpan<byte> bytes)
    {
        var key = (ulong)bytes.Length;
        foreach (var value in bytes)
        {
            key = (key << 8) | value;
        }

        return key;
    }
}

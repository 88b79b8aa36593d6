using System.Numerics;
using System.Numerics.Tensors;
using Distributed.Collectives.Groups;

namespace Distributed.Collectives.Reductions;

/// <summary>Reduces the ranks' elements in the order of the ranks, by blocks that stay in the first cache.</summary>
internal static unsafe class Reducer
{
    private const int Block = 2048;

    /// <param name="sources">One address a rank, of equally many elements.</param>
    /// <param name="target">Gets the reduction; lies apart from every source.</param>
    /// <param name="copy">Gets it as well while it is in the cache; may be one of the sources.</param>
    /// <param name="reduction">How.</param>
    internal static void Reduce(ReadOnlySpan<nint> sources, Elements target, nint copy, Reduction reduction)
    {
        switch (target.Type)
        {
            case ElementType.Float32: Fold<float>(sources, target, copy, reduction); break;
            case ElementType.Float64: Fold<double>(sources, target, copy, reduction); break;
            case ElementType.Int64: Fold<long>(sources, target, copy, reduction); break;
            default: FoldNarrow(sources, target, copy, reduction); break;
        }
    }

    /// <summary>Makes a mean of a sum that was reduced elsewhere.</summary>
    internal static void Divide(Elements sum, int ranks)
    {
        switch (sum.Type)
        {
            case ElementType.Float32: Divide<float>(sum, ranks); break;
            case ElementType.Float64: Divide<double>(sum, ranks); break;
            default: DivideNarrow(sum, ranks); break;
        }
    }

    private static void Divide<T>(Elements sum, int ranks)
        where T : unmanaged, INumber<T>
    {
        for (long at = 0; at < sum.Count; at += Block)
        {
            var part = Span<T>(sum.Address, at, (int)Math.Min(Block, sum.Count - at));
            TensorPrimitives.Divide(part, T.CreateChecked(ranks), part);
        }
    }

    private static void DivideNarrow(Elements sum, int ranks)
    {
        Span<float> wide = stackalloc float[Block];
        for (long at = 0; at < sum.Count; at += Block)
        {
            var part = Span<ushort>(sum.Address, at, (int)Math.Min(Block, sum.Count - at));
            BFloat16.Widen(part, wide);
            TensorPrimitives.Divide(wide[..part.Length], ranks, wide);
            BFloat16.Narrow(wide[..part.Length], part);
        }
    }

    private static void Fold<T>(ReadOnlySpan<nint> sources, Elements elements, nint copy, Reduction reduction)
        where T : unmanaged, INumber<T>
    {
        for (long at = 0; at < elements.Count; at += Block)
        {
            var count = (int)Math.Min(Block, elements.Count - at);
            var target = Span<T>(elements.Address, at, count);
            if (sources.Length == 1) Span<T>(sources[0], at, count).CopyTo(target);
            for (var rank = 1; rank < sources.Length; rank++)
                Combine(rank == 1 ? Span<T>(sources[0], at, count) : target, Span<T>(sources[rank], at, count), target, reduction);
            if (reduction == Reduction.Mean) TensorPrimitives.Divide(target, T.CreateChecked(sources.Length), target);
            target.CopyTo(Span<T>(copy, at, count));
        }
    }

    private static void FoldNarrow(ReadOnlySpan<nint> sources, Elements elements, nint copy, Reduction reduction)
    {
        Span<float> sum = stackalloc float[Block], next = stackalloc float[Block];
        for (long at = 0; at < elements.Count; at += Block)
        {
            var count = (int)Math.Min(Block, elements.Count - at);
            BFloat16.Widen(Span<ushort>(sources[0], at, count), sum);
            for (var rank = 1; rank < sources.Length; rank++)
            {
                BFloat16.Widen(Span<ushort>(sources[rank], at, count), next);
                Combine<float>(sum[..count], next[..count], sum, reduction);
            }
            if (reduction == Reduction.Mean) TensorPrimitives.Divide(sum[..count], sources.Length, sum);
            var target = Span<ushort>(elements.Address, at, count);
            BFloat16.Narrow(sum[..count], target);
            target.CopyTo(Span<ushort>(copy, at, count));
        }
    }

    private static void Combine<T>(ReadOnlySpan<T> x, ReadOnlySpan<T> y, Span<T> target, Reduction reduction)
        where T : INumber<T>
    {
        switch (reduction)
        {
            case Reduction.Max: TensorPrimitives.Max(x, y, target); break;
            case Reduction.Min: TensorPrimitives.Min(x, y, target); break;
            default: TensorPrimitives.Add(x, y, target); break;
        }
    }

    private static Span<T> Span<T>(nint address, long at, int count)
        where T : unmanaged
        => new((T*)address + at, count);
}

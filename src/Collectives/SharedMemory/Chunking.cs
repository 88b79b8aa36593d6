using Distributed.Collectives.Groups;

namespace Distributed.Collectives.SharedMemory;

/// <summary>How elements are cut into chunks.</summary>
internal readonly struct Chunking
{
    // Parts begin at whole cache lines whatever the element.
    private const int Line = 64;

    // Below it a barrier costs more than what overlaps.
    private const int SmallestBytes = 64 * 1024;

    private readonly long _count, _most;

    private Chunking(long count, long most) => (_count, _most) = (count, most);

    /// <summary>At least one, so that ranks meet over nothing as well.</summary>
    internal long Chunks => Math.Max(1, (_count + _most - 1) / _most);

    /// <summary>Enough chunks to keep the pipeline full, none larger than its slot.</summary>
    internal static Chunking Of(long count, int elementBytes, int slotBytes)
    {
        var wanted = Math.Max(SmallestBytes / elementBytes, Share(count, 4));
        return new(count, Math.Min(slotBytes / elementBytes, wanted));
    }

    /// <summary>One of equal shares that together are at least as many, in whole lines.</summary>
    internal static long Share(long count, int shares) => ((count + shares - 1) / shares + Line - 1) / Line * Line;

    internal Elements Chunk(Elements all, long chunk)
    {
        var start = chunk * _most;
        return all.Slice(start, Math.Min(_most, all.Count - start));
    }
}

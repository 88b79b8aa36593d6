using Distributed.Collectives.Groups;
using Distributed.Collectives.Reductions;

namespace Distributed.Collectives.SharedMemory;

/// <summary>Each rank reduces its part of a chunk, reading the others' slots, and leaves the result in its own.</summary>
internal sealed class AllReduce(Segment segment, int rank, Elements buffer, Reduction reduction) : ITransfer
{
    private readonly Chunking _chunking = Chunking.Of(buffer.Count, buffer.ElementBytes, segment.Layout.SlotBytes);

    public long Chunks => _chunking.Chunks;

    public int Lag => 2;

    public void Stage(long chunk, long step)
    {
        for (var other = 0; other < segment.Size; other++)
        {
            if (other != rank) Part(chunk, other, out var offset).CopyTo(segment.Slot(rank, step) + offset);
        }
    }

    public void Reduce(long chunk, long step)
    {
        var own = Part(chunk, rank, out var offset);
        Span<nint> sources = stackalloc nint[segment.Size];
        for (var other = 0; other < segment.Size; other++) sources[other] = segment.Slot(other, step) + offset;
        sources[rank] = own.Address;
        Reducer.Reduce(sources, own with { Address = segment.Slot(rank, step) + offset }, own.Address, reduction);
    }

    public void Take(long chunk, long step)
    {
        for (var other = 0; other < segment.Size; other++)
        {
            if (other == rank) continue;
            var part = Part(chunk, other, out var offset);
            (part with { Address = segment.Slot(other, step) + offset }).CopyTo(part.Address);
        }
    }

    private Elements Part(long chunk, int owner, out nint offset)
    {
        var whole = _chunking.Chunk(buffer, chunk);
        var part = Chunking.Share(whole.Count, segment.Size);
        var start = Math.Min(whole.Count, owner * part);
        offset = (nint)(start * buffer.ElementBytes);
        return whole.Slice(start, Math.Min(part, whole.Count - start));
    }
}

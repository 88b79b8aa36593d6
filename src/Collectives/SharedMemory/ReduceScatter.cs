using Distributed.Collectives.Groups;
using Distributed.Collectives.Reductions;

namespace Distributed.Collectives.SharedMemory;

/// <summary>A chunk is the same cut of every rank's block; a rank reduces its own.</summary>
internal sealed class ReduceScatter(Segment segment, int rank, Elements source, Elements target, Reduction reduction) : ITransfer
{
    private readonly int _room = Room(segment.Layout);
    private readonly Chunking _chunking = Chunking.Of(target.Count, target.ElementBytes, Room(segment.Layout));

    public long Chunks => _chunking.Chunks;

    public int Lag => 1;

    public void Stage(long chunk, long step)
    {
        for (var other = 0; other < segment.Size; other++)
        {
            if (other != rank) Cut(chunk, other).CopyTo(segment.Slot(rank, step) + (other * _room));
        }
    }

    public void Reduce(long chunk, long step)
    {
        Span<nint> sources = stackalloc nint[segment.Size];
        for (var other = 0; other < segment.Size; other++) sources[other] = segment.Slot(other, step) + (rank * _room);
        // The sum is made in the slot, for the target may be one of its own sources.
        var sum = sources[rank];
        sources[rank] = Cut(chunk, rank).Address;
        var own = _chunking.Chunk(target, chunk);
        Reducer.Reduce(sources, own with { Address = sum }, own.Address, reduction);
    }

    public void Take(long chunk, long step)
    {
    }

    private Elements Cut(long chunk, int owner) => _chunking.Chunk(source.Slice(owner * target.Count, target.Count), chunk);

    private static int Room(Layout layout) => layout.SlotBytes / layout.Size / Layout.Line * Layout.Line;
}

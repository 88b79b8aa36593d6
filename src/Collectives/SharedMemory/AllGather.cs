using Distributed.Collectives.Groups;

namespace Distributed.Collectives.SharedMemory;

/// <summary>Each rank shows its block, the others copy it.</summary>
internal sealed class AllGather(Segment segment, int rank, Elements source, Elements target) : ITransfer
{
    private readonly Chunking _chunking = Chunking.Of(source.Count, source.ElementBytes, segment.Layout.SlotBytes);

    public long Chunks => _chunking.Chunks;

    public int Lag => 1;

    public void Stage(long chunk, long step)
    {
        var own = _chunking.Chunk(source, chunk);
        own.CopyTo(segment.Slot(rank, step));
        own.CopyTo(Place(chunk, rank).Address);
    }

    public void Reduce(long chunk, long step)
    {
    }

    public void Take(long chunk, long step)
    {
        for (var other = 0; other < segment.Size; other++)
        {
            if (other == rank) continue;
            var place = Place(chunk, other);
            (place with { Address = segment.Slot(other, step) }).CopyTo(place.Address);
        }
    }

    private Elements Place(long chunk, int owner) => _chunking.Chunk(target.Slice(owner * source.Count, source.Count), chunk);
}

using Distributed.Collectives.Groups;

namespace Distributed.Collectives.SharedMemory;

/// <summary>The root shows its elements, the others copy them. With nothing to show it is a barrier.</summary>
internal sealed class Broadcast(Segment segment, int rank, Elements buffer, int root) : ITransfer
{
    private readonly Chunking _chunking = Chunking.Of(buffer.Count, buffer.ElementBytes, segment.Layout.SlotBytes);

    public long Chunks => _chunking.Chunks;

    public int Lag => 1;

    public void Stage(long chunk, long step)
    {
        if (rank == root) _chunking.Chunk(buffer, chunk).CopyTo(segment.Slot(root, step));
    }

    public void Reduce(long chunk, long step)
    {
    }

    public void Take(long chunk, long step)
    {
        var place = _chunking.Chunk(buffer, chunk);
        if (rank != root) (place with { Address = segment.Slot(root, step) }).CopyTo(place.Address);
    }
}

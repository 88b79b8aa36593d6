namespace Distributed.Collectives.SharedMemory;

/// <summary>Where things lie: the header, a page a rank, and then for each rank three slots for collectives and two boxes for messages.</summary>
/// <param name="Size">The number of ranks.</param>
/// <param name="SlotBytes">A multiple of the page.</param>
internal readonly record struct Layout(int Size, int SlotBytes)
{
    internal const int Page = 4096;

    internal const int Line = 64;

    /// <summary>One is written, one reduced and one read at the same time.</summary>
    internal const int Slots = 3;

    /// <summary>One is written while the other is read.</summary>
    internal const int Boxes = 2;

    internal long FileBytes => Data(Size);

    internal long Slot(int rank, long step) => Data(rank) + (step % Slots * SlotBytes);

    internal long Box(int rank, int chunk) => Data(rank) + ((Slots + ((uint)chunk % Boxes)) * SlotBytes);

    private long Data(int rank) => ((1L + Size) * Page) + (rank * (long)(Slots + Boxes) * SlotBytes);
}

namespace Distributed.Collectives.SharedMemory;

/// <summary>
/// A collective cut into chunks, each of which goes through the slots in three steps; a barrier of all ranks lies between the steps. While a chunk is reduced, the
/// next one is staged and the one before is taken.
/// </summary>
internal interface ITransfer
{
    /// <summary>How many chunks; the same on every rank.</summary>
    long Chunks { get; }

    /// <summary>How many steps after its staging a chunk is taken.</summary>
    int Lag { get; }

    /// <summary>From the caller's memory into this rank's slot.</summary>
    /// <param name="chunk">Which.</param>
    /// <param name="step">Tells the slot; the same for the chunk's three steps.</param>
    void Stage(long chunk, long step);

    /// <summary>From all ranks' slots into this rank's slot or memory.</summary>
    void Reduce(long chunk, long step);

    /// <summary>From the other ranks' slots into the caller's memory.</summary>
    void Take(long chunk, long step);
}

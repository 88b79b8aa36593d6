using Distributed.Protocols.Identities;
using Distributed.Protocols.Refusals;

namespace Distributed.Coordinator.Storage;

/// <summary>
/// The journal of received updates: one file an update, <c>spool/RUN/ROUND/CLIENT.update</c>, with a header that says whose it is and a table of block
/// checksums, so that a flipped bit is found when the block is read. Recovery scans it.
/// </summary>
internal interface ISpool
{
    /// <summary>How much of this very file (same hash) is kept, or whether it is complete.</summary>
    (long Offset, bool Accepted) GetStatus(UpdateId id, ContentHash hash);

    /// <summary>Opens a partial file for <paramref name="update"/> at <paramref name="offset"/>; only one writer per update at a time.</summary>
    Outcome<ISpoolWriter> Open(SpooledUpdate update, long offset, bool durable);

    /// <summary>The complete updates of a round, ascending by client; what recovery starts from.</summary>
    IReadOnlyList<SpooledUpdate> Scan(string runId, int round);

    /// <summary>Opens a complete update for reading by position. The caller disposes it.</summary>
    SpoolReader Read(UpdateId id);

    /// <summary>Removes one update, complete or partial (it was refused after all).</summary>
    void Remove(UpdateId id);

    /// <summary>Removes a round's files, partial ones too. Called when the round is closed.</summary>
    void RemoveRound(string runId, int round);
}

/// <summary>An update on its way into the spool.</summary>
internal interface ISpoolWriter : IAsyncDisposable
{
    /// <summary>Position of the next byte.</summary>
    long Offset { get; }

    /// <summary>Appends bytes. Refused: StorageFull, UpdateOverrun. What was written stays for a resumption.</summary>
    ValueTask<Outcome<bool>> AppendAsync(ReadOnlyMemory<byte> data, CancellationToken cancellation);

    /// <summary>
    /// Closes the file: size and SHA-256 checked, fsync (when durable), rename, directory fsync. After it an acknowledgement may be sent.
    /// Refused: UpdateTruncated (kept), UpdateChecksum (removed), StorageFull.
    /// </summary>
    ValueTask<Outcome<SpooledUpdate>> CompleteAsync(CancellationToken cancellation);
}

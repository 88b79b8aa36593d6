using Distributed.Protocols.Identities;
using Distributed.Protocols.Refusals;

namespace Distributed.Coordinator.Storage;

/// <summary>
/// The journal of received updates: one file an update, <c>spool/RUN/rROUND-cCLIENT.update</c>, with a header that says whose it is and a table of block
/// checksums, so that a flipped bit is found when the block is read. Recovery scans it. A client has one file a round: the first complete one stays.
/// </summary>
internal interface ISpool
{
    /// <summary>How much of this very file (same hash) is kept, or whether it is complete. The base version is not looked at.</summary>
    (long Offset, bool Accepted) GetStatus(UpdateId id, ContentHash hash);

    /// <summary>The complete update of a client, if there is one. The base version is not looked at.</summary>
    SpooledUpdate? Find(UpdateId id);

    /// <summary>
    /// Opens a file for <paramref name="update"/> at <paramref name="offset"/>; what lies before it is read again, through the hash and the inspector.
    /// Refused: Busy (another stream is writing it), UpdateConflict (a complete file with other bytes is there), UpdateOverrun (less is kept than
    /// <paramref name="offset"/>), StorageFull, and whatever the inspector refuses.
    /// </summary>
    ValueTask<Outcome<ISpoolWriter>> OpenAsync(
        SpooledUpdate update, long offset, bool durable, IUpdateInspector inspector, CancellationToken cancellation);

    /// <summary>
    /// The complete updates of a round, ascending by client; what recovery starts from. A file whose header or table is damaged is left out and
    /// listed in <paramref name="damaged"/>; the caller removes or reports it.
    /// </summary>
    IReadOnlyList<SpooledUpdate> Scan(string runId, int round, ICollection<Refusal>? damaged = null);

    /// <summary>Opens a complete update for reading by position. The caller disposes it.</summary>
    /// <exception cref="StorageException">It is not there, or its header or table is damaged (UpdateChecksum).</exception>
    SpoolReader Read(UpdateId id);

    /// <summary>Removes one update, complete or partial (it was refused after all).</summary>
    void Remove(UpdateId id);

    /// <summary>Removes a round's files, partial ones too. Called when the round is closed.</summary>
    void RemoveRound(string runId, int round);
}

/// <summary>An update on its way into the spool. Disposed without completion, it leaves what it has for a resumption, unless the bytes were refused.</summary>
internal interface ISpoolWriter : IAsyncDisposable
{
    /// <summary>Position of the next byte.</summary>
    long Offset { get; }

    /// <summary>
    /// Appends bytes: checksum, hash, inspection and write, in the caller's thread. Refused: UpdateOverrun (a byte more than declared), UpdateChecksum
    /// (nothing of this piece is kept), StorageFull (the file is removed), and whatever the inspector refuses (the file is removed).
    /// </summary>
    /// <param name="data">The bytes.</param>
    /// <param name="crc32C">Their CRC-32C as the sender declared it.</param>
    Refusal? Append(ReadOnlySpan<byte> data, uint crc32C);

    /// <summary>
    /// Closes the file: size and SHA-256 checked, fsync (when durable), rename, directory fsync. After it an acknowledgement may be sent.
    /// Refused: UpdateTruncated (kept), UpdateChecksum (removed), StorageFull (removed).
    /// </summary>
    ValueTask<Outcome<SpooledUpdate>> CompleteAsync();
}

/// <summary>Looks at an update's bytes as they pass, in order and cut anywhere.</summary>
internal interface IUpdateInspector
{
    /// <summary>Takes the next bytes; the refusal when they cannot be admitted.</summary>
    Refusal? Inspect(ReadOnlySpan<byte> bytes);

    /// <summary>All bytes have passed; the refusal when something is missing.</summary>
    Refusal? Finish();
}

using Distributed.Coordinator.Storage;
using Distributed.Protocols.Identities;
using Distributed.Protocols.Refusals;

namespace Distributed.Coordinator.Admission;

/// <summary>
/// The runs as the upload path sees them. Implemented by Runs, called by Ingress: the way from a stream of bytes to the round machine.
/// Constant time, creates no state.
/// </summary>
internal interface IUpdateGate
{
    /// <summary>May this update come in now? Refused: RunUnknown, RoundClosed, RoundFuture, VersionMismatch, TaskUnknown.</summary>
    Outcome<UploadTicket> Check(UpdateId id, string node);

    /// <summary>
    /// May this node have this admitted update now? Refused: RunUnknown, RoundClosed, RoundFuture, TaskUnknown (it does not aggregate that round, or the
    /// update is not part of it). The base version is not looked at.
    /// </summary>
    Outcome<SpooledUpdate> CheckDownload(UpdateId id, string node);

    /// <summary>
    /// The buffers that a client keeps for itself, with a version, as a safetensors file. Reads the disk. Refused: RunUnknown, TaskUnknown (the node does not
    /// train this client), VersionUnknown (there are none).
    /// </summary>
    Outcome<byte[]> BuffersOf(string runId, long version, int client, string node);

    /// <summary>An admitted update's bytes were found damaged when they were read for a node.</summary>
    void Damaged(UpdateId id, Refusal refusal);

    /// <summary>Says that an update which may come in has begun to arrive. Never throws.</summary>
    void Begun(UpdateId id, string node);

    /// <summary>
    /// Hands over an update that is in the spool. True: it counts; false: the same bytes had been counted before. Refused when the round closed
    /// meanwhile (RoundClosed) or other bytes of the same client are in (UpdateConflict); the caller then removes what it spooled.
    /// </summary>
    ValueTask<Outcome<bool>> AdmitAsync(SpooledUpdate update, CancellationToken cancellation);

    /// <summary>Puts a refusal into the round's record. Never throws.</summary>
    void Refused(UpdateId id, string node, Refusal refusal);
}

namespace Distributed.Protocols.Refusals;

/// <summary>
/// Why something was refused. Each code has one gRPC status (<see cref="RefusalCodes"/>), one metric tag (its wire name) and one section in docs/refusals.md.
/// </summary>
public enum RefusalCode
{
    /// <summary>A name breaks the rule of <see cref="Identities.EntityName"/>.</summary>
    NameInvalid,

    /// <summary>The node speaks another version of the protocol.</summary>
    ProtocolVersion,

    /// <summary>A node of this name is connected already.</summary>
    NodeNameTaken,

    /// <summary>The client certificate does not speak for the node name that was given.</summary>
    NodeNameForbidden,

    /// <summary>A message breaks the order or the form of the protocol.</summary>
    ProtocolViolation,

    /// <summary>The run specification has mistakes; the text lists them all.</summary>
    RunInvalid,

    /// <summary>A different run has this id.</summary>
    RunConflict,

    /// <summary>No run has this id.</summary>
    RunUnknown,

    /// <summary>The run cannot go on: its rounds are done, or its end is still being written.</summary>
    RunOver,

    /// <summary>The node was given no such task, or the client is not in the round's cohort.</summary>
    TaskUnknown,

    /// <summary>The round has been committed or abandoned; the text names the open one.</summary>
    RoundClosed,

    /// <summary>The run has not reached this round.</summary>
    RoundFuture,

    /// <summary>The update started from another model version than the round's.</summary>
    VersionMismatch,

    /// <summary>No such model version is kept.</summary>
    VersionUnknown,

    /// <summary>The declared size is above the limit.</summary>
    UpdateTooLarge,

    /// <summary>Fewer bytes than declared; resumable.</summary>
    UpdateTruncated,

    /// <summary>More bytes than declared, or a chunk at the wrong offset.</summary>
    UpdateOverrun,

    /// <summary>A chunk's CRC-32C or the file's SHA-256 does not match.</summary>
    UpdateChecksum,

    /// <summary>Another update of the same client and round was accepted before; the first stays.</summary>
    UpdateConflict,

    /// <summary>NaN or infinity; the text names the first tensor.</summary>
    UpdateNonFinite,

    /// <summary>Tensor names, shapes or types differ from the model's.</summary>
    UpdateShape,

    /// <summary>The weight is negative, NaN or infinite, or out of proportion to the examples.</summary>
    UpdateWeight,

    /// <summary>The bytes are not a safetensors file within the limits.</summary>
    ModelFormat,

    /// <summary>The disk has no room for the spool or a checkpoint.</summary>
    StorageFull,

    /// <summary>The disk of the spool or the checkpoints is read-only or fails.</summary>
    StorageUnwritable,

    /// <summary>A checkpoint's bytes do not match its manifest.</summary>
    CheckpointCorrupt,

    /// <summary>Another coordinator committed this version first: the loser is stale and stops.</summary>
    CommitFenced,

    /// <summary>The transfer made no progress within the idle limit.</summary>
    TransferIdle,

    /// <summary>Too many transfers or streams at once; try again after the delay given.</summary>
    Busy,

    /// <summary>The data named in the run cannot be read or does not fit it.</summary>
    DataInvalid,

    /// <summary>The node has no such device as the run asks for.</summary>
    DeviceMissing,

    /// <summary>The node's device failed.</summary>
    DeviceFailed,

    /// <summary>Local training ended with an error or a non-finite loss.</summary>
    TrainingFailed,

    /// <summary>A node could not make a round's model out of its updates.</summary>
    AggregationFailed,

    /// <summary>The coordinator is stopping.</summary>
    Stopping,
}

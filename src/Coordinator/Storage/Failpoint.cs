namespace Distributed.Coordinator.Storage;

/// <summary>
/// Places where a test may kill the process or fill the disk: before and after each durable step. Always compiled in; armed by <see cref="Failpoints"/> only.
/// </summary>
internal enum Failpoint
{
    /// <summary>A piece of an update is about to be written to the spool.</summary>
    SpoolBeforeWrite,

    /// <summary>All bytes of an update are written, none is known to be on disk.</summary>
    SpoolBeforeFsync,

    /// <summary>An update's bytes are on disk under the partial name.</summary>
    SpoolBeforeRename,

    /// <summary>An update has its final name; its directory is not yet on disk.</summary>
    SpoolAfterRename,

    /// <summary>An update is in the spool for good; the round does not know of it.</summary>
    UploadBeforeAdmit,

    /// <summary>The round counts an update; its node has no answer.</summary>
    UploadBeforeAnswer,

    /// <summary>A piece of a new model is about to be written.</summary>
    CheckpointBeforeWrite,

    /// <summary>A new model is written, none of it known to be on disk.</summary>
    CommitBeforeFsync,

    /// <summary>A new model is on disk under its hash; no manifest names it.</summary>
    CommitBeforeManifest,

    /// <summary>The manifest exists: the version is committed, and nobody has been told.</summary>
    CommitAfterManifest,

    /// <summary>A grain's state is about to be written.</summary>
    StateBeforeWrite,

    /// <summary>A grain's state is on disk under its final name.</summary>
    StateAfterWrite,

    /// <summary>Lines of <c>rounds.jsonl</c> are about to be written.</summary>
    RecordBeforeWrite,

    /// <summary>It is about to be found out whether the disk can be written again.</summary>
    RoomBeforeWrite,
}

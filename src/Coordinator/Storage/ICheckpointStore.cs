using Distributed.Protocols.Identities;
using Distributed.Protocols.Refusals;
using Microsoft.Win32.SafeHandles;

namespace Distributed.Coordinator.Storage;

/// <summary>
/// Committed models: <c>checkpoints/RUN/v&lt;N&gt;.json</c> (manifest) and <c>HASH.safetensors</c>. A version is committed by the exclusive creation of its
/// manifest, durable before it has its name.
/// </summary>
internal interface ICheckpointStore
{
    /// <summary>The manifests of a run, ascending; they form one chain (each parent is the hash before it).</summary>
    IReadOnlyList<ModelVersion> List(string runId);

    /// <summary>The newest version, or null. Runs found at start come from <see cref="Runs"/>.</summary>
    ModelVersion? Latest(string runId);

    /// <summary>Ids of the runs that have a folder here.</summary>
    IReadOnlyList<string> Runs();

    /// <summary>Opens a version's file for reading by position. Refused: VersionUnknown, CheckpointCorrupt (size).</summary>
    Outcome<SafeFileHandle> Open(string runId, long version);

    /// <summary>A file beside the final place for the next version; written by position, hashed in order.</summary>
    CheckpointWriter Begin(string runId, long version, long sizeBytes, bool durable);

    /// <summary>
    /// Commits: the file is made durable and named by its hash, then the manifest is created exclusively. When a manifest of this version exists: the same
    /// content is success (our own lost reply), other content is refused (the caller is fenced). Refused: StorageFull.
    /// </summary>
    Outcome<ModelVersion> Commit(CheckpointWriter writer, ModelVersion version);

    /// <summary>Removes model files, not manifests, older than <paramref name="keepFrom"/>.</summary>
    void Prune(string runId, long keepFrom);
}

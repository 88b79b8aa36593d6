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
    /// <exception cref="StorageException">A manifest is damaged or the chain is broken (CheckpointCorrupt, with the file's name).</exception>
    IReadOnlyList<ModelVersion> List(string runId);

    /// <summary>The newest version, or null. Runs found at start come from <see cref="Runs"/>.</summary>
    /// <exception cref="StorageException">Its manifest is damaged (CheckpointCorrupt).</exception>
    ModelVersion? Latest(string runId);

    /// <summary>Ids of the runs that have a folder here.</summary>
    IReadOnlyList<string> Runs();

    /// <summary>Opens a version's file for reading by position. Refused: VersionUnknown, CheckpointCorrupt (size). The caller disposes it.</summary>
    Outcome<SafeFileHandle> Open(string runId, long version);

    /// <summary>Opens a version as tensors: its header, parsed, and its data by position. Refused like <see cref="Open"/>. The caller disposes it.</summary>
    Outcome<CheckpointReader> OpenReader(string runId, long version);

    /// <summary>A file beside the final place for the next version; written by position, hashed in order. The caller disposes it.</summary>
    /// <exception cref="StorageException">There is no room (StorageFull).</exception>
    CheckpointWriter Begin(string runId, long version, long sizeBytes, bool durable);

    /// <summary>
    /// Commits: the file is made durable and named by its hash, then the manifest is created exclusively. <see cref="ModelVersion.Hash"/> and
    /// <see cref="ModelVersion.SizeBytes"/> are filled in from the file. When a manifest of this version exists: the same content is success (our own lost
    /// reply), other content is refused. Refused: CommitFenced (that, or the parent is not the version before), StorageFull (the old versions are intact, the
    /// new file is removed). Blocks for the disk: call it outside a grain's turn.
    /// </summary>
    Outcome<ModelVersion> Commit(CheckpointWriter writer, ModelVersion version);

    /// <summary>Reads the bytes of one version again. Refused: VersionUnknown, CheckpointCorrupt with file and hash.</summary>
    Outcome<ModelVersion> Verify(string runId, long version);

    /// <summary>Checks every manifest, the chain, and the bytes of every model file that is kept.</summary>
    CheckpointReport Verify(string runId);

    /// <summary>Removes model files, not manifests, older than <paramref name="keepFrom"/>.</summary>
    void Prune(string runId, long keepFrom);
}

/// <summary>What a verification found.</summary>
/// <param name="RunId">The run.</param>
/// <param name="Valid">Versions whose manifest, chain link and bytes (unless pruned) are good, ascending.</param>
/// <param name="Problems">What is wrong, each with its file; empty when all is well.</param>
internal sealed record CheckpointReport(string RunId, IReadOnlyList<ModelVersion> Valid, IReadOnlyList<Refusal> Problems);

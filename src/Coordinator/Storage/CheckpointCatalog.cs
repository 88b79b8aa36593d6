using System.Security.Cryptography;
using Distributed.Algorithms.Tensors;
using Distributed.Protocols.Identities;
using Distributed.Protocols.Refusals;
using Microsoft.Win32.SafeHandles;

namespace Distributed.Coordinator.Storage;

/// <summary>The reading half of the checkpoint store: manifests, their chain, and model files, believed only as far as they check out.</summary>
internal sealed class CheckpointCatalog(CheckpointPaths paths)
{
    /// <summary>All manifests of a run.</summary>
    /// <exception cref="StorageException">One is damaged or the chain is broken (CheckpointCorrupt).</exception>
    public IReadOnlyList<ModelVersion> List(string runId)
    {
        var chain = new List<ModelVersion>();
        foreach (var number in paths.Versions(runId))
        {
            var manifest = Read(runId, number);
            if (BrokenLink(manifest, chain.LastOrDefault()) is { } problem)
            {
                throw new StorageException(problem);
            }

            chain.Add(manifest);
        }

        return chain;
    }

    /// <summary>The manifest of a version, or null.</summary>
    /// <exception cref="StorageException">It is damaged (CheckpointCorrupt).</exception>
    public ModelVersion? Find(string runId, long version) => File.Exists(paths.Manifest(runId, version)) ? Read(runId, version) : null;

    /// <summary>The manifest of a version. Refused: VersionUnknown, CheckpointCorrupt.</summary>
    public Outcome<ModelVersion> Get(string runId, long version)
    {
        try
        {
            return Find(runId, version) is { } manifest
                ? manifest
                : new Refusal(RefusalCode.VersionUnknown, $"Run {runId} has no version {version}.");
        }
        catch (StorageException error)
        {
            return error.Refusal;
        }
    }

    /// <summary>Opens a version's model file. Refused: VersionUnknown (removed as old), CheckpointCorrupt (size).</summary>
    public Outcome<SafeFileHandle> Open(ModelVersion version)
    {
        var path = paths.Model(version.RunId, version.Hash);
        if (!File.Exists(path))
        {
            return version.Version == paths.Versions(version.RunId)[^1]
                ? Corrupt(version, "is missing")
                : new Refusal(RefusalCode.VersionUnknown, $"The model of version {version.Version} of run {version.RunId} is no longer kept.");
        }

        var file = File.OpenHandle(path);
        var size = RandomAccess.GetLength(file);
        if (size == version.SizeBytes)
        {
            return file;
        }

        file.Dispose();
        return Corrupt(version, $"has {size} bytes instead of {version.SizeBytes}");
    }

    /// <summary>Opens a version's model file as tensors. Refused: as <see cref="Open"/>.</summary>
    public Outcome<CheckpointReader> OpenReader(ModelVersion version)
    {
        if (!Open(version).TryGet(out var file, out var refusal))
        {
            return refusal;
        }

        try
        {
            return CheckpointReader.Over(file, version);
        }
        catch (Exception error) when (error is SafetensorsException or EndOfStreamException)
        {
            file.Dispose();
            return Corrupt(version, $"cannot be read: {error.Message}");
        }
    }

    /// <summary>Compares a version's bytes with its hash. Refused: VersionUnknown, CheckpointCorrupt.</summary>
    public Outcome<ModelVersion> Verify(ModelVersion version)
    {
        if (!Open(version).TryGet(out var file, out var refusal))
        {
            return refusal;
        }

        using var stream = new FileStream(file, FileAccess.Read, bufferSize: 0);
        var found = ContentHash.FromBytes(SHA256.HashData(stream));
        return found == version.Hash ? version : Corrupt(version, $"has bytes with the SHA-256 {found}");
    }

    /// <summary>Checks manifests, chain and the kept model files of a run.</summary>
    public CheckpointReport Verify(string runId)
    {
        var (valid, problems) = (new List<ModelVersion>(), new List<Refusal>());
        ModelVersion? before = null;
        foreach (var number in paths.Versions(runId))
        {
            if (!Get(runId, number).TryGet(out var manifest, out var problem))
            {
                problems.Add(problem);
                continue;
            }

            problem = BrokenLink(manifest, before) ?? Verify(manifest).Refusal;
            before = manifest;

            // A version that is merely no longer kept is in order.
            if (problem is null or { Code: RefusalCode.VersionUnknown })
            {
                valid.Add(manifest);
            }
            else
            {
                problems.Add(problem);
            }
        }

        return new CheckpointReport(runId, valid, problems);
    }

    private ModelVersion Read(string runId, long version) => ManifestFile.Read(paths.Manifest(runId, version), runId, version);

    private Refusal? BrokenLink(ModelVersion version, ModelVersion? before)
    {
        var (number, parent) = before is null ? (0, default) : (before.Version + 1, before.Hash);
        return version.Version == number && version.Parent == parent
            ? null
            : new Refusal(
                RefusalCode.CheckpointCorrupt,
                $"The manifest {paths.Manifest(version.RunId, version.Version)} does not follow version {number - 1}: its parent is '{version.Parent}', expected '{parent}' for version {number}.");
    }

    private Refusal Corrupt(ModelVersion version, string how) => new(
        RefusalCode.CheckpointCorrupt,
        $"Version {version.Version} of run {version.RunId} is damaged: the file {paths.Model(version.RunId, version.Hash)} {how}; its manifest says SHA-256 {version.Hash}.");
}

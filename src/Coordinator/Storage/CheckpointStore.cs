using System.Collections.Concurrent;
using Distributed.Protocols.Identities;
using Distributed.Protocols.Refusals;
using Microsoft.Extensions.Options;
using Microsoft.Win32.SafeHandles;

namespace Distributed.Coordinator.Storage;

/// <summary>The checkpoint store in local files.</summary>
internal sealed class CheckpointStore : ICheckpointStore
{
    private readonly DurableFiles files;
    private readonly CheckpointPaths paths;
    private readonly CheckpointCatalog catalog;

    // By run: the versions below were pruned by this process already.
    private readonly ConcurrentDictionary<string, long> pruned = new(StringComparer.Ordinal);

    public CheckpointStore(IOptions<StorageOptions> options, DurableFiles files)
    {
        this.files = files;
        paths = new CheckpointPaths(Directory.CreateDirectory(Path.Combine(Path.GetFullPath(options.Value.Root), "checkpoints")).FullName);
        catalog = new CheckpointCatalog(paths);
    }

    public IReadOnlyList<ModelVersion> List(string runId) => catalog.List(runId);

    public ModelVersion? Latest(string runId) => paths.Versions(runId) is [.., var newest] ? catalog.Find(runId, newest) : null;

    public IReadOnlyList<string> Runs() =>
        [.. Directory.EnumerateDirectories(paths.Root).Select(path => Path.GetFileName(path)!).Where(EntityName.IsValid).Order(StringComparer.Ordinal)];

    public Outcome<SafeFileHandle> Open(string runId, long version) =>
        catalog.Get(runId, version).TryGet(out var manifest, out var refusal) ? catalog.Open(manifest) : refusal;

    public Outcome<CheckpointReader> OpenReader(string runId, long version) =>
        catalog.Get(runId, version).TryGet(out var manifest, out var refusal) ? catalog.OpenReader(manifest) : refusal;

    public Outcome<ModelVersion> Verify(string runId, long version) =>
        catalog.Get(runId, version).TryGet(out var manifest, out var refusal) ? catalog.Verify(manifest) : refusal;

    public CheckpointReport Verify(string runId) => catalog.Verify(runId);

    public CheckpointWriter Begin(string runId, long version, long sizeBytes, bool durable)
    {
        try
        {
            files.EnsureDirectory(paths.Root, paths.Run(runId), durable, runId);
            RemoveLeftovers(runId);
            return CreateWriter(runId, version, sizeBytes, durable);
        }
        catch (IOException error) when (DiskErrors.IsFault(error))
        {
            throw new StorageException(DiskErrors.Refused(error, "the new model"), error);
        }
    }

    public Outcome<ModelVersion> Commit(CheckpointWriter writer, ModelVersion version)
    {
        version = version with { Hash = writer.Hash(), SizeBytes = writer.SizeBytes };
        if (catalog.Find(version.RunId, version.Version) is { } winner)
        {
            return Settle(winner, version);
        }

        var parent = version.Version == 0 ? default : catalog.Find(version.RunId, version.Version - 1)?.Hash ?? default;
        if (parent != version.Parent)
        {
            return new Refusal(
                RefusalCode.CommitFenced, $"Version {version.Version} was made from '{version.Parent}', but version {version.Version - 1} is '{parent}'.");
        }

        try
        {
            Publish(writer, version);
            return CreateManifest(writer, version) ? version : Lost(version);
        }
        catch (IOException error) when (DiskErrors.IsFault(error))
        {
            RemoveOrphan(version);
            return DiskErrors.Refused(error, $"version {version.Version} of the model");
        }
    }

    public void Prune(string runId, long keepFrom)
    {
        var numbers = paths.Versions(runId);
        var kept = numbers.Where(number => number >= keepFrom).Select(number => catalog.Get(runId, number).Value?.Hash).ToHashSet();
        var done = pruned.GetValueOrDefault(runId);
        // What an earlier process removed lies behind the first model that is missing: a long run does not read all its manifests every round.
        var old = numbers.Where(number => number >= done && number < keepFrom).Reverse()
            .Select(number => catalog.Get(runId, number).Value?.Hash)
            .Where(hash => hash is not null && !kept.Contains(hash))
            .Select(hash => paths.Model(runId, hash!.Value))
            .TakeWhile(File.Exists)
            .ToList();
        // The oldest first, so that a call which is cut short leaves no gap.
        foreach (var path in Enumerable.Reverse(old))
        {
            File.Delete(path);
        }

        pruned[runId] = keepFrom - 1;
    }

    private CheckpointWriter CreateWriter(string runId, long version, long sizeBytes, bool durable)
    {
        while (true)
        {
            try
            {
                return new CheckpointWriter(files, paths.Partial(runId, version), sizeBytes) { Durable = durable };
            }
            catch (IOException error) when (DiskErrors.IsTaken(error))
            {
                // Once more, under another name.
            }
        }
    }

    // The model is durable under its hash before a manifest names it; the manifest is durable before it has its name.
    private void Publish(CheckpointWriter writer, ModelVersion version)
    {
        files.Hit(Failpoint.CommitBeforeFsync, version.Round);
        if (writer.Durable)
        {
            files.Sync(writer.File, version.RunId);
        }

        File.Move(writer.Path, paths.Model(version.RunId, version.Hash), overwrite: true);
        writer.Dispose();
        if (writer.Durable)
        {
            files.SyncDirectory(paths.Run(version.RunId), version.RunId);
        }
    }

    private bool CreateManifest(CheckpointWriter writer, ModelVersion version)
    {
        var path = paths.Manifest(version.RunId, version.Version);
        files.Hit(Failpoint.CommitBeforeManifest, version.Round);
        if (!LinkManifest(writer, version, path))
        {
            return false;
        }

        files.Hit(Failpoint.CommitAfterManifest, version.Round);
        if (writer.Durable)
        {
            files.SyncDirectory(paths.Run(version.RunId), version.RunId);
        }

        return true;
    }

    private bool LinkManifest(CheckpointWriter writer, ModelVersion version, string path)
    {
        while (true)
        {
            string aside;
            try
            {
                aside = files.WriteAside(path, ManifestFile.Write(version), writer.Durable, version.RunId);
            }
            catch (IOException error) when (DiskErrors.IsTaken(error))
            {
                continue;
            }

            try
            {
                // File.Move without overwriting falls back to a copy where links are missing: not exclusive. This one fails instead.
                return LibC.TryLink(aside, path);
            }
            catch (IOException error) when (error.HResult == DiskErrors.NoEntry && !File.Exists(aside))
            {
                // A rival that begins just now took it for a leftover: once more.
            }
            finally
            {
                File.Delete(aside);
            }
        }
    }

    private Outcome<ModelVersion> Lost(ModelVersion ours)
    {
        var settled = Settle(catalog.Find(ours.RunId, ours.Version)!, ours);
        RemoveOrphan(ours);
        return settled;
    }

    /// <summary>A manifest was there first: our own, when an answer was lost; else another coordinator's.</summary>
    private static Outcome<ModelVersion> Settle(ModelVersion winner, ModelVersion ours)
    {
        var same = winner.Hash == ours.Hash && winner.Parent == ours.Parent && winner.Round == ours.Round && winner.Updates.SequenceEqual(ours.Updates);
        return same
            ? winner
            : new Refusal(
                RefusalCode.CommitFenced,
                $"Version {ours.Version} was committed in term {winner.Term} as {winner.Hash}; {ours.Hash} of term {ours.Term} came too late.");
    }

    private void RemoveOrphan(ModelVersion version)
    {
        if (!paths.Versions(version.RunId).Any(number => catalog.Get(version.RunId, number).Value?.Hash == version.Hash))
        {
            File.Delete(paths.Model(version.RunId, version.Hash));
        }
    }

    // What a killed coordinator left half-written. A file that someone still writes is locked by its writer.
    private void RemoveLeftovers(string runId)
    {
        foreach (var path in paths.Leftovers(runId))
        {
            try
            {
                using var unused = File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite, FileShare.None);
                File.Delete(path);
            }
            catch (IOException)
            {
                // In use, or gone already.
            }
        }
    }
}

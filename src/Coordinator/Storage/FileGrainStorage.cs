using System.Collections.Immutable;
using Microsoft.Extensions.Options;
using Orleans;
using Orleans.Runtime;
using Orleans.Storage;

namespace Distributed.Coordinator.Storage;

/// <summary>
/// Grain state in local files, one a grain and state name: <c>state/TYPE/KEY--NAME.json</c>. Replaced as a whole, atomically; a writer whose ETag is not the
/// stored one loses. One coordinator writes at a time: the lock that makes compare and replace one step is this process's.
/// </summary>
internal sealed class FileGrainStorage(IOptions<StorageOptions> options, DurableFiles files) : IGrainStorage
{
    private const string NoRun = "";

    private readonly string root = Directory.CreateDirectory(Path.Combine(Path.GetFullPath(options.Value.Root), "state")).FullName;
    private readonly ImmutableArray<SemaphoreSlim> locks = [.. Enumerable.Range(0, 64).Select(_ => new SemaphoreSlim(1))];

    /// <inheritdoc />
    public Task ReadStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState) => LockedAsync(stateName, grainId, path =>
    {
        if (StateFile.Read(path) is { } stored)
        {
            (grainState.State, grainState.ETag, grainState.RecordExists) = (stored.StateAs<T>(path), stored.ETag, true);
        }
        else
        {
            (grainState.ETag, grainState.RecordExists) = (null, false);
        }
    });

    /// <inheritdoc />
    public Task WriteStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState) => LockedAsync(stateName, grainId, path =>
    {
        Compare(path, grainId, grainState.ETag);
        var durable = grainState.State is not IStateDurability { Durable: false };
        var etag = Guid.NewGuid().ToString("N");
        var directory = Path.GetDirectoryName(path)!;
        files.EnsureDirectory(root, directory, durable, NoRun);
        files.Hit(Failpoint.StateBeforeWrite);
        File.Move(files.WriteAside(path, StateFile.Write(grainId.ToString(), etag, grainState.State), durable, NoRun), path, overwrite: true);
        if (durable)
        {
            files.SyncDirectory(directory, NoRun);
        }

        files.Hit(Failpoint.StateAfterWrite);
        (grainState.ETag, grainState.RecordExists) = (etag, true);
    });

    /// <inheritdoc />
    public Task ClearStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState) => LockedAsync(stateName, grainId, path =>
    {
        Compare(path, grainId, grainState.ETag);
        if (File.Exists(path))
        {
            File.Delete(path);
            files.SyncDirectory(Path.GetDirectoryName(path)!, NoRun);
        }

        (grainState.ETag, grainState.RecordExists) = (null, false);
    });

    private static void Compare(string path, GrainId grainId, string? current)
    {
        var stored = StateFile.Read(path)?.ETag;
        if (stored != current)
        {
            throw new InconsistentStateException($"The stored state of grain {grainId} was changed by another writer.", stored, current);
        }
    }

    // A turn must not block its thread on the disk; small files take a millisecond on a thread of the pool.
    private async Task LockedAsync(string stateName, GrainId grainId, Action<string> work)
    {
        var path = Path.Combine(root, StateFile.SafeName(grainId.Type.ToString()!), StateFile.SafeName($"{grainId.Key}--{stateName}") + ".json");
        var gate = locks[(int)((uint)path.GetHashCode(StringComparison.Ordinal) % (uint)locks.Length)];
        await gate.WaitAsync();
        try
        {
            await Task.Run(() => work(path));
        }
        finally
        {
            gate.Release();
        }
    }
}

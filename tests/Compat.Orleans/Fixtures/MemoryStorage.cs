using System.Collections.Concurrent;
using System.Globalization;
using Orleans;
using Orleans.Runtime;
using Orleans.Storage;

namespace Distributed.Compat.Orleans.Tests.Fixtures;

/// <summary>Storage with ETags that tests can change behind a grain's back.</summary>
public sealed class MemoryStorage : IGrainStorage
{
    private readonly ConcurrentDictionary<string, (object? State, int Version)> records = new();

    public Exception? NextFailure { get; set; }

    public int Reads { get; private set; }

    /// <summary>Another writer's write.</summary>
    public void Overwrite(string stateName, GrainId grainId, object state)
        => records.AddOrUpdate(Key(stateName, grainId), _ => (state, 1), (_, old) => (state, old.Version + 1));

    public Task ReadStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        Reads++;
        Fail();
        if (records.TryGetValue(Key(stateName, grainId), out var record))
        {
            (grainState.State, grainState.ETag, grainState.RecordExists) = ((T)record.State!, Tag(record.Version), true);
        }

        return Task.CompletedTask;
    }

    public Task WriteStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        Fail();
        var version = Check(stateName, grainId, grainState) + 1;
        records[Key(stateName, grainId)] = (grainState.State, version);
        (grainState.ETag, grainState.RecordExists) = (Tag(version), true);
        return Task.CompletedTask;
    }

    public Task ClearStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        Fail();
        Check(stateName, grainId, grainState);
        records.TryRemove(Key(stateName, grainId), out _);
        (grainState.ETag, grainState.RecordExists) = (null, false);
        return Task.CompletedTask;
    }

    private static string Key(string stateName, GrainId grainId) => $"{grainId}#{stateName}";

    private static string Tag(int version) => version.ToString(CultureInfo.InvariantCulture);

    private int Check<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        var stored = records.TryGetValue(Key(stateName, grainId), out var record) ? Tag(record.Version) : null;
        return stored == grainState.ETag ? record.Version : throw new InconsistentStateException("Written by another.", stored, grainState.ETag);
    }

    private void Fail()
    {
        if (NextFailure is { } failure)
        {
            NextFailure = null;
            throw failure;
        }
    }
}

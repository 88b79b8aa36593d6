using System.Collections.Immutable;
using Orleans;

namespace Distributed.Coordinator.Membership;

/// <summary>One node, by its name: which of its connections is the living one.</summary>
[Alias("distributed.node")]
public interface INodeGrain : IGrainWithStringKey
{
    /// <summary>A stream introduces itself.</summary>
    /// <returns>Null: it has its place. Else a living one has this name, and was heard of so long ago.</returns>
    [Alias("connect")]
    Task<TimeSpan?> Connect(NodeDescription node, ImmutableArray<NodeTaskKey> holding, INodeConnection connection);

    /// <summary>A sign of life.</summary>
    [Alias("heartbeat")]
    Task Heartbeat(long session);

    /// <summary>A stream has ended.</summary>
    [Alias("disconnect")]
    Task Disconnect(long session, string reason);
}

/// <summary>All connected nodes and all unfinished runs; there is one, its key is 0. It calls runs and waits, runs never wait for it.</summary>
[Alias("distributed.directory")]
public interface IDirectoryGrain : IGrainWithIntegerKey
{
    /// <summary>A node is there: every run hears of it.</summary>
    [Alias("node-joined")]
    Task NodeJoined(NodeDescription node, ImmutableArray<NodeTaskKey> holding, INodeConnection connection);

    /// <summary>A node is gone.</summary>
    [Alias("node-left")]
    Task NodeLeft(string node, long session, string reason);

    /// <summary>A run begins or goes on: it hears of every node.</summary>
    [Alias("run-started")]
    Task RunStarted(string runId);

    /// <summary>A run is over.</summary>
    [Alias("run-ended")]
    Task RunEnded(string runId);

    /// <summary>The nodes seen since the start, by name.</summary>
    [Alias("nodes")]
    Task<ImmutableArray<NodeReport>> Nodes();
}

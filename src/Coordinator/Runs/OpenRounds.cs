using System.Collections.Concurrent;
using Distributed.Algorithms.Tensors;
using Distributed.Coordinator.Rounds;

namespace Distributed.Coordinator.Runs;

/// <summary>The runs as the upload path sees them: what the grains published last. Read without a hop, written by the grains only.</summary>
internal sealed class OpenRounds
{
    private readonly ConcurrentDictionary<string, Entry> runs = new(StringComparer.Ordinal);

    /// <summary>Publishes a run's state. Before any task that refers to it is pushed.</summary>
    /// <param name="state">The machine's state.</param>
    /// <param name="reference">Names and shapes of the current model; null before there is one.</param>
    public void Publish(RoundState state, TensorManifest? reference) => runs[state.Setup.RunId] = new Entry(state, reference);

    /// <summary>A run's state as published last.</summary>
    public bool TryGet(string runId, out RoundState state, out TensorManifest? reference)
    {
        var found = runs.TryGetValue(runId, out var entry);
        (state, reference) = found ? (entry!.State, entry.Reference) : (null!, null);
        return found;
    }

    /// <summary>Nodes that work on some task.</summary>
    public IReadOnlySet<string> BusyNodes() =>
        runs.Values.SelectMany(entry => entry.State.Nodes.Values).Where(node => !node.InFlight.IsEmpty).Select(node => node.Name).ToHashSet(StringComparer.Ordinal);

    private sealed record Entry(RoundState State, TensorManifest? Reference);
}

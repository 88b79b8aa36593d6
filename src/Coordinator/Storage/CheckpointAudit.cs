using System.Collections.Immutable;
using Distributed.Protocols.Identities;
using Distributed.Protocols.Refusals;
using Microsoft.Extensions.DependencyInjection;

namespace Distributed.Coordinator.Storage;

/// <summary>Looks through a data directory's checkpoints from outside, also while a coordinator works there: nothing is written.</summary>
public static class CheckpointAudit
{
    /// <summary>Checks every manifest, the chain of hashes, and the bytes of every model file that is kept.</summary>
    /// <param name="dataDirectory">The coordinator's data directory.</param>
    /// <param name="runId">One run; null: all.</param>
    /// <returns>A finding for each run; empty when there is none.</returns>
    public static ImmutableArray<ChainFinding> Verify(string dataDirectory, string? runId)
    {
        if (!Directory.Exists(Path.Combine(dataDirectory, "checkpoints")))
        {
            return [];
        }

        using var services = new ServiceCollection().AddOptions().AddFileStorage(dataDirectory).BuildServiceProvider();
        var store = services.GetRequiredService<ICheckpointStore>();
        return [.. store.Runs().Where(run => runId is null || run == runId).Select(run =>
        {
            var report = store.Verify(run);
            return new ChainFinding(run, report.Valid.Count, report.Valid is [.., var last] ? last.Hash : default, [.. report.Problems]);
        })];
    }
}

/// <summary>What the audit found about a run.</summary>
/// <param name="RunId">The run.</param>
/// <param name="Versions">Versions whose manifest, place in the chain and bytes are right.</param>
/// <param name="Newest">Hash of the newest of them.</param>
/// <param name="Problems">What is wrong.</param>
public sealed record ChainFinding(string RunId, int Versions, ContentHash Newest, ImmutableArray<Refusal> Problems);

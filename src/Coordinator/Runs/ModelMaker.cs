using System.Collections.Immutable;
using Distributed.Algorithms;
using Distributed.Algorithms.Aggregation;
using Distributed.Algorithms.Tensors;
using Distributed.Coordinator.Storage;
using Distributed.Protocols.Identities;
using Distributed.Protocols.Runs;

namespace Distributed.Coordinator.Runs;

/// <summary>
/// From admitted updates to a model file beside its place. Reads the spool by blocks: memory is a few megabytes a thread, whatever the number and the
/// size of the updates. Blocks for the disk; runs outside the grain's turn.
/// </summary>
internal sealed class ModelMaker(ISpool spool, ICheckpointStore checkpoints)
{
    // Opening a file for each read costs little beside the read; running out of file descriptors costs the round.
    private const int MaximumOpenFiles = 256;

    /// <summary>What the rule made; <see cref="Problem"/> says why there is no model.</summary>
    public sealed record Made(CheckpointWriter? Writer, AggregateResult? Result, string? Problem, ImmutableArray<int> Corrupt);

    /// <summary>The first version is the uploaded file itself.</summary>
    public Made TakeInitial(string runId, SpooledUpdate update, bool durable) => Guarded(() =>
    {
        using var reader = Open(update);
        var writer = checkpoints.Begin(runId, 0, update.SizeBytes, durable);
        return Finished(writer, () =>
        {
            writer.CopyFrom(reader);
            return new Made(writer, new AggregateResult(writer.Hash(), [1.0], null), null, []);
        });
    });

    /// <summary>Folds the updates of a round.</summary>
    public Made Fold(string runId, RunSpec spec, RoundEffect.Aggregate order, RunFolder folder) => Guarded(() =>
    {
        if (!checkpoints.OpenReader(runId, order.BaseVersion).TryGet(out var reference, out var refusal))
        {
            return Failed(refusal.ToString());
        }

        using (reference)
        {
            var readers = new List<SpoolReader>(order.Updates.Length);
            try
            {
                foreach (var update in order.Updates)
                {
                    var reader = Open(update);
                    readers.Add(reader);
                    if (order.Updates.Length > MaximumOpenFiles)
                    {
                        reader.KeepClosed();
                    }
                }

                return Fold(runId, spec, order, folder, reference, readers);
            }
            finally
            {
                readers.ForEach(reader => reader.Dispose());
            }
        }
    });

    private SpoolReader Open(SpooledUpdate update)
    {
        try
        {
            return spool.Read(update.Id);
        }
        catch (StorageException error)
        {
            // A file that is gone or has no readable header cannot say whose it was.
            throw new StorageException(error.Refusal, error) { Update = update.Id };
        }
    }

    private Made Fold(
        string runId, RunSpec spec, RoundEffect.Aggregate order, RunFolder folder, CheckpointReader reference, List<SpoolReader> readers)
    {
        var writer = checkpoints.Begin(runId, order.BaseVersion + 1, reference.Version.SizeBytes, spec.Durable);
        return Finished(writer, () =>
        {
            writer.WriteHeader(reference.HeaderBytes.Span);
            var report = AggregatorOf(spec).Aggregate(
                new()
                {
                    Manifest = reference.Header.Manifest,
                    Reference = reference,
                    Updates = [.. order.Updates.Select((update, i) => new ClientUpdate(RoundReport.ClientName(update.Id.Client), update.Weight, readers[i]))],
                    Round = order.Round - 1,
                    State = folder.ReadAggregatorState(order.BaseVersion),
                },
                writer);
            if (report.Outcome != AggregateOutcome.Updated)
            {
                return Failed(report.Reason ?? report.Outcome.ToString());
            }

            folder.WriteAggregatorState(order.BaseVersion + 1, report.State, spec.Durable);
            var shares = RoundReport.Shares(report, order.Updates.Select(update => update.Id.Client));
            return new Made(writer, new AggregateResult(writer.Hash(), shares, RoundReport.ToJson(report, OverClients(order.Updates))), null, []);
        });
    }

    private static IAggregator AggregatorOf(RunSpec spec) => AggregatorChoice.Read(spec.Aggregator, [])?.Create()
        ?? throw new InvalidOperationException($"The aggregator {spec.Aggregator.Name} passed validation but cannot be made.");

    // What the clients told of their updates, in two figures each; the single ones stand beside the updates.
    private static IEnumerable<KeyValuePair<string, double>> OverClients(ImmutableArray<SpooledUpdate> updates) =>
        from metric in updates.SelectMany(update => update.Metrics)
        group metric.Value by metric.Key into told
        from figure in new[] { KeyValuePair.Create($"{told.Key}.mean", told.Average()), KeyValuePair.Create($"{told.Key}.max", told.Max()) }
        select figure;

    private static Made Failed(string problem) => new(null, null, problem, []);

    // A writer that does not leave with its model removes its file.
    private static Made Finished(CheckpointWriter writer, Func<Made> work)
    {
        Made? made = null;
        try
        {
            return made = work();
        }
        finally
        {
            if (made?.Writer is null)
            {
                writer.Dispose();
            }
        }
    }

    private static Made Guarded(Func<Made> work)
    {
        try
        {
            return work();
        }
        catch (Exception error) when (StorageException.In(error) is { } storage)
        {
            return new Made(null, null, storage.Refusal.ToString(), storage.Update is { } update ? [update.Client] : []);
        }
    }
}

using System.Collections.Immutable;
using Distributed.Algorithms.Aggregation;
using Distributed.Coordinator.Rounds;
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
    public sealed record Made(CheckpointWriter? Writer, AggregateResult? Result, string? Problem, ImmutableArray<int> Corrupt)
    {
        /// <summary>Whether the disk is the reason that there is no model.</summary>
        public bool IsDiskFault { get; init; }
    }

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

    /// <summary>Takes the model that a node made of a round's updates, byte for byte.</summary>
    public Made TakeAggregate(string runId, RunSpec spec, RoundEffect.TakeAggregate order, RunFolder folder) => Guarded(() =>
    {
        using var reader = Open(order.Update);
        var (version, said) = (order.Update.Id.BaseVersion + 1, order.Update.Delegated!);
        var writer = checkpoints.Begin(runId, version, order.Update.SizeBytes, spec.Durable);
        return Finished(writer, () =>
        {
            writer.CopyFrom(reader);
            folder.WriteAggregatorState(version, said.State.AsMemory(), spec.Durable);
            KeepBuffers(runId, spec, version - 1, order.Updates, folder);
            var report = new RoundReport { Metrics = said.Metrics, Notes = said.Notes, Layers = said.Layers, Factors = said.Factors };
            return new Made(
                writer, new AggregateResult(writer.Hash(), [.. said.Coefficients.Values], report.ToJson(OverClients(order.Updates))), null, []);
        });
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
            var report = AggregatorChoice.Of(spec).Create().Aggregate(
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
            KeepBuffers(runId, spec, order.BaseVersion, order.Updates, folder);
            var shares = RoundReport.Shares(report, order.Updates.Select(update => update.Id.Client));
            return new Made(writer, new AggregateResult(writer.Hash(), shares, RoundReport.Of(report).ToJson(OverClients(order.Updates))), null, []);
        });
    }

    private void KeepBuffers(string runId, RunSpec spec, long baseVersion, ImmutableArray<SpooledUpdate> updates, RunFolder folder)
    {
        if (AggregatorChoice.Of(spec).KeepsBuffers)
        {
            using var reference = checkpoints.OpenReader(runId, baseVersion).TryGet(out var opened, out var refusal) ? opened : throw new StorageException(refusal);
            ClientBuffers.Write(folder, baseVersion, reference.Header.Manifest, updates, spool, spec.Durable);
        }
    }

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
            return DiskErrors.IsFault(storage.Refusal.Code)
                ? Failed(storage.Refusal.Message) with { IsDiskFault = true }
                : new Made(null, null, storage.Refusal.ToString(), storage.Update is { } update ? [update.Client] : []);
        }
        catch (IOException error) when (DiskErrors.IsFault(error))
        {
            return Failed(DiskErrors.Refused(error, "the new model").Message) with { IsDiskFault = true };
        }
    }
}

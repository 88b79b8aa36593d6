using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
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
    private static readonly JsonSerializerOptions ReportOptions = new(JsonSerializerDefaults.Web)
    {
        NumberHandling = System.Text.Json.Serialization.JsonNumberHandling.AllowNamedFloatingPointLiterals,
    };

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
                    readers.Add(Open(update));
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
                    Updates = [.. order.Updates.Select((update, i) => new ClientUpdate(ClientName(update.Id.Client), update.Weight, readers[i]))],
                    Round = order.Round - 1,
                    State = folder.ReadAggregatorState(order.BaseVersion),
                },
                writer);
            if (report.Outcome != AggregateOutcome.Updated)
            {
                return Failed(report.Reason ?? report.Outcome.ToString());
            }

            folder.WriteAggregatorState(order.BaseVersion + 1, report.State, spec.Durable);
            return new Made(writer, new AggregateResult(writer.Hash(), Shares(report.Coefficients, order.Updates), ReportJson(report, order.Updates)), null, []);
        });
    }

    private static IAggregator AggregatorOf(RunSpec spec)
    {
        var entry = Registry.FindAggregator(spec.Aggregator.Name)
            ?? throw new InvalidOperationException($"The aggregator {spec.Aggregator.Name} passed validation but is not registered.");
        return entry.Create((AggregatorParameters)SpecBinder.Bind(entry.Parameters, spec.Aggregator.Parameters, "aggregator", []));
    }

    // Fixed width: the rule sorts by the text, rounds are recorded by the number.
    private static string ClientName(int client) => client.ToString("D10", CultureInfo.InvariantCulture);

    private static ImmutableArray<double> Shares(CoefficientTable table, ImmutableArray<SpooledUpdate> updates)
    {
        var shares = ImmutableArray.CreateBuilder<double>(updates.Length);
        foreach (var update in updates)
        {
            var row = table.Clients.IndexOf(ClientName(update.Id.Client));
            shares.Add(row < 0 ? 0 : Mean(table, row));
        }

        return shares.MoveToImmutable();
    }

    // Rules without layers of their own have one value for all; its mean must not differ from it in the last bit.
    private static double Mean(CoefficientTable table, int row)
    {
        var values = Enumerable.Range(0, table.Layers.Length).Select(layer => table[row, layer]).ToList();
        return values.Count == 0 ? 0 : values.TrueForAll(value => value.Equals(values[0])) ? values[0] : values.Average();
    }

    private static string? ReportJson(AggregateReport report, ImmutableArray<SpooledUpdate> updates)
    {
        var metrics = report.Metrics.AddRange(OverClients(updates));
        return metrics.IsEmpty && report.Notes.IsEmpty ? null : JsonSerializer.Serialize(new { metrics, notes = report.Notes }, ReportOptions);
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
            return new Made(null, null, storage.Refusal.ToString(), storage.Update is { } update ? [update.Client] : []);
        }
    }
}

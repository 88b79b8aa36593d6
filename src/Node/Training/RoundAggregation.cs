using System.Collections.Immutable;
using Distributed.Algorithms;
using Distributed.Algorithms.Aggregation;
using Distributed.Algorithms.Tensors;
using Distributed.Protocols.Runs;
using Distributed.Protocols.Transfers;
using Distributed.Protocols.V1;
using Google.Protobuf;

namespace Distributed.Node.Training;

/// <summary>
/// A round's aggregation with the proxy set, on a training thread: the same aggregator that a coordinator runs, given a loss to learn on, then running
/// statistics estimated anew where the run asks for it. Same updates, same bits, on whichever node.
/// </summary>
/// <param name="spec">The run.</param>
/// <param name="round">The round.</param>
/// <param name="state">What the aggregator passed on with the base version.</param>
internal sealed class RoundAggregation(RunSpec spec, int round, ReadOnlyMemory<byte> state)
{
    /// <summary>Makes the next model.</summary>
    /// <param name="trainer">The thread's trainer.</param>
    /// <param name="reference">The tensors' bytes of the base version.</param>
    /// <param name="updates">Client, weight and model of each admitted update.</param>
    /// <param name="model">Receives the tensors' bytes of the next version.</param>
    /// <param name="cancellation">Stops the work between two blocks.</param>
    /// <exception cref="AggregationFailedException">There is no next model.</exception>
    public Aggregation Run(
        ITrainer trainer, Memory<byte> reference, IReadOnlyList<(int Client, double Weight, ITensorReader Model)> updates, Memory<byte> model, CancellationToken cancellation)
    {
        var (entry, parameters) = Choose(spec.Aggregator);
        var proxy = trainer.OpenProxy(reference.Span, round);
        var report = entry.Create(parameters).Aggregate(
            new AggregationInput
            {
                Manifest = trainer.Manifest,
                Reference = new TensorSet(trainer.Manifest, reference),
                Updates = [.. updates.Select(update => new ClientUpdate(RoundReport.ClientName(update.Client), update.Weight, update.Model))],
                Round = round - 1,
                State = state,
                Proxy = proxy,
            },
            new TensorSet(trainer.Manifest, model),
            cancellation);
        if (report.Outcome != AggregateOutcome.Updated)
        {
            throw new AggregationFailedException(report.Reason ?? report.Outcome.ToString());
        }

        if (parameters.Buffers == BufferPolicy.Recalibrate)
        {
            proxy.Recalibrate(model.Span);
        }

        return Describe(report, [.. updates.Select(update => update.Client)]);
    }

    // Where clients align their models first, the aggregator that gets the aligned ones.
    private static (AggregatorEntry Entry, AggregatorParameters Parameters) Choose(PluginSpec plugin)
    {
        var entry = Registry.FindAggregator(plugin.Name) ?? throw new AggregationFailedException($"This node knows no aggregator {plugin.Name}.");
        var parameters = (AggregatorParameters)SpecBinder.Bind(entry.Parameters, plugin.Parameters, "aggregator", []);
        return parameters is RebasinParameters { Then: { } then } && SpecBinder.ToPlugin(then, "aggregator.then", []) is { } inner
            ? Choose(inner)
            : (entry, parameters);
    }

    private static Aggregation Describe(AggregateReport report, ImmutableArray<int> clients)
    {
        if (report.State.Length > TransferSizes.MaximumAggregatorStateBytes)
        {
            throw new AggregationFailedException(
                $"The aggregator passes {report.State.Length} bytes on, more than the {TransferSizes.MaximumAggregatorStateBytes} that travel between a node and the coordinator.");
        }

        var record = RoundReport.Of(report);
        var said = new Aggregation { State = ByteString.CopyFrom(report.State.Span) };
        foreach (var (client, share) in clients.Zip(RoundReport.Shares(report, clients)))
        {
            said.Coefficients[(uint)client] = share;
        }

        said.Metrics.Add(record.Metrics.ToDictionary());
        said.Notes.AddRange(record.Notes);
        if ((long)record.Factors.Count * record.Layers.Length > TransferSizes.MaximumFactors)
        {
            said.Notes.Add($"The factors of {record.Factors.Count} clients and {record.Layers.Length} tensors are too many to be told.");
            return said;
        }

        said.Layers.AddRange(record.Layers);
        foreach (var (client, factors) in record.Factors)
        {
            var row = new ClientFactors { Client = (uint)client };
            row.Values.AddRange(factors);
            said.Factors.Add(row);
        }

        return said;
    }
}

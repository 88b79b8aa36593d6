using Distributed.Node.Connection;
using Distributed.Node.Engine;
using Distributed.Node.Session;
using Distributed.Node.Training;
using Distributed.Node.Upload;
using Distributed.Protocols.Telemetry;
using Distributed.Protocols.V1;
using Microsoft.Extensions.Logging;

namespace Distributed.Node.Hosting;

/// <summary>One node: a membership, its workers, its transfers. A process may host several.</summary>
/// <param name="options">Its settings.</param>
/// <param name="loggers">Where it logs.</param>
/// <param name="time">The clock; null: the system's.</param>
/// <param name="plugins">The user's own tasks; null: none.</param>
public sealed class NodeHost(NodeOptions options, ILoggerFactory loggers, TimeProvider? time = null, NodePlugins? plugins = null)
{
    private readonly TimeProvider clock = time ?? TimeProvider.System;

    /// <summary>What the node says that it can compute on.</summary>
    internal ComputeDevices Devices { get; init; } = ComputeDevices.OfThisProcess;

    /// <summary>Works until cancelled or refused. On cancellation tasks in work are dropped; the coordinator gives them to other nodes.</summary>
    /// <exception cref="ArgumentException">The settings have mistakes; the message lists them.</exception>
    public async Task<NodeExit> RunAsync(CancellationToken cancellation)
    {
        if (options.Problems(clock) is { Count: > 0 } problems)
        {
            throw new ArgumentException("The node's settings have mistakes: " + string.Join("; ", problems) + ".");
        }

        using var control = CoordinatorChannel.Open(options.Coordinator, options.Tls);
        using var bulk = CoordinatorChannel.Open(options.Coordinator, options.Tls);
        using var workers = new WorkerPool(options.Name, options.Workers, options.Threads);
        var connectivity = new Connectivity(new Backoff(options.MinimumBackoff, options.MaximumBackoff), clock);
        var transfers = new TransferClient(bulk.CreateCallInvoker(), options.Name);
        var downloads = new ModelDownloads(transfers, connectivity);
        using var runs = new RunDirectory(
            options, Devices, plugins ?? NodePlugins.None, workers, downloads, loggers.CreateLogger<RunDirectory>());
        var runner = new TaskRunner(
            workers,
            new UpdateUploader(transfers, connectivity, options.ChunkBytes),
            (task, stop) => RoundUpdates.DownloadAsync(transfers, connectivity, task, stop),
            downloads.FetchBuffers,
            options.Name);
        var outbox = new Outbox();
        using var floor = new TaskFloor(runs, runner, outbox, options.Workers, clock, loggers.CreateLogger<TaskFloor>());
        var session = new NodeSession(
            new NodeService.NodeServiceClient(control), options, Devices, connectivity, runs, floor, outbox, clock, loggers.CreateLogger<NodeSession>());

        // A span is worth one connection, not a queue: those of an outage are dropped.
        using var spans = options.SendSpans
            ? new SpanListener((run, span) => outbox.Post(SpanFinished(run, span), epoch: connectivity.Epoch), TelemetryNames.Node)
            : null;

        var exit = await session.RunAsync(cancellation);
        floor.Board.CancelAll();
        await floor.IdleAsync();
        return exit;
    }

    private static NodeMessage SpanFinished(string run, string span) => new() { SpanFinished = new SpanFinished { RunId = run, OtlpJson = span } };
}

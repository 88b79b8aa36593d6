using System.Diagnostics;
using System.Runtime.InteropServices;
using Distributed.Algorithms.Tensors;
using Distributed.Node.Telemetry;
using Distributed.Node.Training;
using Distributed.Node.Upload;
using Distributed.Protocols.Identities;
using Distributed.Protocols.Refusals;
using Distributed.Protocols.Telemetry;
using Distributed.Protocols.Transfers;
using Distributed.Protocols.V1;
using Google.Protobuf;

namespace Distributed.Node.Session;

/// <summary>Downloads the updates of a task.</summary>
internal delegate Task<RoundUpdates> UpdateFetch(TaskAssigned task, CancellationToken cancellation);

/// <summary>Downloads the buffers that a client keeps for itself.</summary>
internal delegate Task<ModelFile> BuffersFetch(NodeRun run, long version, uint client, CancellationToken cancellation);

/// <summary>One task from its assignment to its answer: download, work on a training thread, upload.</summary>
internal sealed class TaskRunner(WorkerPool workers, UpdateUploader uploader, UpdateFetch fetch, BuffersFetch fetchBuffers, string nodeName)
{
    /// <summary>Does a task.</summary>
    /// <returns>The answer to send; null when the upload's receipt was the answer.</returns>
    /// <exception cref="OperationCanceledException">The task was cancelled; nothing is answered.</exception>
    public async Task<NodeMessage?> RunAsync(NodeRun run, TaskAssigned task, CancellationToken cancellation)
    {
        using var activity = StartActivity(task);
        try
        {
            return task.Key.Kind switch
            {
                TaskKind.Initialize => await InitializeAsync(run, task, cancellation),
                TaskKind.Train => await TrainAsync(run, task, cancellation),
                TaskKind.Evaluate => await EvaluateAsync(run, task, cancellation),
                TaskKind.Aggregate => await AggregateAsync(run, task, cancellation),
                _ => throw new TransferFailedException(new(RefusalCode.ProtocolViolation, $"This node knows no task of kind {task.Key.Kind}.")),
            };
        }
        catch (Exception error) when (cancellation.IsCancellationRequested && error is not OperationCanceledException)
        {
            // A call that was cut off says so in its own way. A task that was taken back has not failed: it may be given out again meanwhile.
            throw new OperationCanceledException("The task was taken back.", error, cancellation);
        }
        catch (Exception error) when (error is not OperationCanceledException)
        {
            // Whatever goes wrong in a task is the task's end, not the node's: the coordinator is told and decides.
            var refusal = Describe(error);
            activity.SetStatus(ActivityStatusCode.Error, refusal.Message);
            return Failed(task.Key, refusal);
        }
    }

    /// <summary>The answer that a task failed.</summary>
    public static NodeMessage Failed(TaskKey key, Refusal refusal) =>
        new() { TaskFailed = new TaskFailed { Key = key, Code = RefusalCodes.WireName(refusal.Code), Detail = refusal.Message } };

    private async Task<NodeMessage?> InitializeAsync(NodeRun run, TaskAssigned task, CancellationToken cancellation)
    {
        var file = await workers.RunAsync(run.Workload, trainer => Initialize(run, trainer), cancellation);
        await UploadAsync(run, task, file.Bytes, file.Hash, default, TimeSpan.Zero, cancellation);
        run.Memory.Return(file.Bytes);
        return null;
    }

    private async Task<NodeMessage?> TrainAsync(NodeRun run, TaskAssigned task, CancellationToken cancellation)
    {
        var order = new TrainOrder((int)task.Key.Round, (int)task.Key.Index);
        if (task.Key.Index >= run.Workload.ClientExamples.Count)
        {
            throw new TransferFailedException(new(RefusalCode.TaskUnknown, $"The run has {run.Workload.ClientExamples.Count} clients."));
        }

        using var model = await AcquireAsync(run, task, cancellation);
        var from = await OwnAsync(run, task, model.File, cancellation);
        if (run.Workload.ReturnsItsInput)
        {
            var untouched = new TrainResult(run.Workload.ClientExamples[order.Client], 0, 0);
            await UploadAsync(run, task, from.Bytes, from.Hash, untouched, TimeSpan.Zero, cancellation);
            return null;
        }

        var trained = await workers.RunAsync(run.Workload, trainer => Train(run, trainer, from, order, cancellation), cancellation);
        // The base model is not needed any more: its buffer may serve the next version.
        model.Dispose();
        await UploadAsync(run, task, trained.Bytes, trained.Hash, trained.Result, trained.Elapsed, cancellation);
        run.Memory.Return(trained.Bytes);
        return null;
    }

    // The base version with the client's own buffers, where it has some; a model without buffers is nobody's own.
    private async Task<ModelFile> OwnAsync(NodeRun run, TaskAssigned task, ModelFile model, CancellationToken cancellation)
    {
        if (!task.OwnBuffers || !model.Header.Manifest.Any(entry => entry.IsBuffer))
        {
            return model;
        }

        var own = await fetchBuffers(run, (long)task.BaseVersion, task.Key.Index, cancellation);
        var bytes = (byte[])model.Bytes.Clone();
        foreach (var entry in model.Header.Manifest.Where(entry => entry.IsBuffer))
        {
            if (!own.Header.Manifest.TryFind(entry.Name, out var kept) || kept.DType != entry.DType || kept.ByteLength != entry.ByteLength)
            {
                throw new TransferFailedException(new(RefusalCode.UpdateShape, $"The client's own buffers differ from the model's: {Printable.Of(entry.Name)}."));
            }

            own.Data.Slice((int)kept.Offset, (int)kept.ByteLength).CopyTo(bytes.AsSpan((int)(model.Header.DataOffset + entry.Offset)));
        }

        return new ModelFile(bytes, ContentHash.Of(bytes), model.Header);
    }

    private async Task<NodeMessage?> EvaluateAsync(NodeRun run, TaskAssigned task, CancellationToken cancellation)
    {
        using var model = await AcquireAsync(run, task, cancellation);
        var (shard, shards) = ((int)task.Key.Index, (int)Math.Max(1, task.Shards));
        var result = await workers.RunAsync(
            run.Workload,
            trainer =>
            {
                RequireSameTensors(trainer.Manifest, model.File.Header.Manifest);
                return trainer.Evaluate(model.File.Data, shard, shards, cancellation);
            },
            cancellation);
        var domains = (result.Domains ?? []).Select(sum => new DomainResult { Name = sum.Name, Tokens = (ulong)sum.Tokens, Bytes = (ulong)sum.Bytes, LossSum = sum.LossSum });
        return new NodeMessage
        {
            TaskCompleted = new TaskCompleted
            {
                Key = task.Key, Examples = (ulong)result.Examples, LossSum = result.LossSum, Correct = (ulong)result.Correct, Domains = { domains },
            },
        };
    }

    private async Task<NodeMessage?> AggregateAsync(NodeRun run, TaskAssigned task, CancellationToken cancellation)
    {
        using var model = await AcquireAsync(run, task, cancellation);
        using var updates = await fetch(task, cancellation);
        var made = await workers.RunAsync(run.Workload, trainer => Aggregate(run, trainer, task, model.File, updates, cancellation), cancellation);
        var header = HeaderOf(run, task, made.Bytes, made.Hash, default, made.Elapsed);
        (header.Client, header.Aggregation) = (UpdateId.AggregateClient, made.Said);
        await uploader.UploadAsync(header, ByteSource.FromMemory(made.Bytes), cancellation);
        run.Memory.Return(made.Bytes);
        return null;
    }

    private static Aggregated Aggregate(
        NodeRun run, ITrainer trainer, TaskAssigned task, ModelFile from, RoundUpdates updates, CancellationToken cancellation)
    {
        RequireSameTensors(trainer.Manifest, from.Header.Manifest);
        foreach (var file in updates.Files)
        {
            RequireSameTensors(trainer.Manifest, file.Header.Manifest);
        }

        var bytes = run.Memory.Rent(from.Bytes.Length);
        var dataOffset = (int)from.Header.DataOffset;
        from.Bytes.AsSpan(0, dataOffset).CopyTo(bytes);
        var started = Stopwatch.GetTimestamp();
        var said = new RoundAggregation(run.Spec, (int)task.Key.Round, task.AggregatorState.Memory).Run(
            trainer,
            from.Bytes.AsMemory(dataOffset),
            [.. task.Updates.Select((update, i) => ((int)update.Client, update.Weight, (ITensorReader)updates.Files[i]))],
            bytes.AsMemory(dataOffset),
            cancellation);
        return new Aggregated(bytes, ContentHash.Of(bytes), said, Stopwatch.GetElapsedTime(started));
    }

    private static ModelFile Initialize(NodeRun run, ITrainer trainer)
    {
        var header = Safetensors.BuildHeader(trainer.Manifest);
        var bytes = run.Memory.Rent(checked(header.Length + (int)trainer.Manifest.ByteLength));
        header.CopyTo(bytes, 0);
        trainer.Initialize(bytes.AsSpan(header.Length));
        return ModelFile.Of(bytes, ContentHash.Of(bytes));
    }

    private static Trained Train(NodeRun run, ITrainer trainer, ModelFile from, TrainOrder order, CancellationToken cancellation)
    {
        RequireSameTensors(trainer.Manifest, from.Header.Manifest);
        var bytes = run.Memory.Rent(from.Bytes.Length);
        var dataOffset = (int)from.Header.DataOffset;
        from.Bytes.AsSpan(0, dataOffset).CopyTo(bytes);
        var started = Stopwatch.GetTimestamp();
        var result = trainer.Train(from.Data, bytes.AsSpan(dataOffset), order, cancellation);
        return new Trained(bytes, ContentHash.Of(bytes), result, Stopwatch.GetElapsedTime(started));
    }

    private static void RequireSameTensors(TensorManifest own, TensorManifest received)
    {
        if (!own.Equals(received))
        {
            throw new TransferFailedException(new(RefusalCode.UpdateShape, "The run's model differs from this node's: " + string.Join("; ", own.Differences(received))));
        }
    }

    private static async Task<ModelCache.Lease> AcquireAsync(NodeRun run, TaskAssigned task, CancellationToken cancellation) =>
        ContentHash.TryParse(task.BaseHash, out var hash)
            ? await run.Models.AcquireAsync((long)task.BaseVersion, hash, cancellation)
            : throw new TransferFailedException(new(RefusalCode.ProtocolViolation, "The task's base hash is no SHA-256."));

    private async Task UploadAsync(
        NodeRun run, TaskAssigned task, byte[] bytes, ContentHash hash, TrainResult result, TimeSpan elapsed, CancellationToken cancellation)
    {
        var header = HeaderOf(run, task, bytes, hash, result, elapsed);
        if (result.Metrics is { } metrics)
        {
            header.Metrics.Add(metrics);
        }

        Activity.Current?.SetTag(TelemetryNames.Attributes.Samples, result.Examples);
        await uploader.UploadAsync(header, ByteSource.FromMemory(bytes), cancellation);
    }

    private static UpdateHeader HeaderOf(NodeRun run, TaskAssigned task, byte[] bytes, ContentHash hash, TrainResult result, TimeSpan elapsed) => new()
    {
        RunId = run.Id,
        Round = task.Key.Round,
        Client = task.Key.Index,
        BaseVersion = task.BaseVersion,
        SizeBytes = (ulong)bytes.Length,
        Sha256 = ByteString.CopyFrom(hash.ToBytes()),
        Weight = result.Examples,
        Examples = (ulong)result.Examples,
        TrainLoss = result.Loss,
        TrainSeconds = elapsed.TotalSeconds,
    };

    private Activity StartActivity(TaskAssigned task)
    {
        var name = task.Key.Kind switch
        {
            TaskKind.Evaluate => TelemetryNames.Spans.Evaluate,
            TaskKind.Aggregate => TelemetryNames.Spans.Aggregate,
            _ => TelemetryNames.Spans.TrainLocally,
        };
        var activity = NodeInstruments.StartTask(name, task.Traceparent);
        activity.SetTag(TelemetryNames.Attributes.RunId, task.Key.RunId);
        activity.SetTag(TelemetryNames.Attributes.Round, (int)task.Key.Round);
        activity.SetTag(TelemetryNames.Attributes.NodeId, nodeName);
        if (task.Key.Kind == TaskKind.Train)
        {
            activity.SetTag(TelemetryNames.Attributes.ClientId, (int)task.Key.Index);
        }

        return activity;
    }

    private static Refusal Describe(Exception error) => error switch
    {
        TransferFailedException failed => failed.Refusal,
        AggregationFailedException failed => new Refusal(RefusalCode.AggregationFailed, failed.Message),
        TrainingFailedException failed => new Refusal(RefusalCode.TrainingFailed, failed.Message),
        // libtorch's own, with a stack of its functions behind the first line.
        ExternalException when error.Message.Contains("CUDA", StringComparison.Ordinal) => new Refusal(RefusalCode.DeviceFailed, error.Message.Split('\n')[0]),
        NotSupportedException => new Refusal(RefusalCode.TrainingFailed, error.Message),
        OutOfMemoryException => new Refusal(RefusalCode.DeviceFailed, error.Message),
        _ => new Refusal(RefusalCode.TrainingFailed, $"{error.GetType().Name}: {error.Message}"),
    };

    private sealed record Aggregated(byte[] Bytes, ContentHash Hash, Aggregation Said, TimeSpan Elapsed);

    private sealed record Trained(byte[] Bytes, ContentHash Hash, TrainResult Result, TimeSpan Elapsed);
}

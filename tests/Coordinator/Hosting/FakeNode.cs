using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using Distributed.Algorithms.Tensors;
using Distributed.Coordinator.Rounds;
using Distributed.Coordinator.Storage;
using Distributed.Protocols;
using Distributed.Protocols.Identities;
using Distributed.Protocols.Refusals;
using Distributed.Protocols.Transfers;
using Distributed.Protocols.V1;
using Google.Protobuf;
using Grpc.Core;
using Grpc.Net.Client;

namespace Distributed.Coordinator.Tests.Hosting;

/// <summary>
/// A node that trains nothing: a client's model is four numbers made from (round, client), so that every expected value can be worked out by hand.
/// </summary>
internal sealed class FakeNode(GrpcChannel channel, string name, int slots, uint[] clients) : IAsyncDisposable
{
    private readonly CancellationTokenSource stop = new();
    private readonly TaskCompletionSource welcomed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly SemaphoreSlim writing = new(1);
    private readonly ConcurrentDictionary<Task, bool> work = new();
    private AsyncDuplexStreamingCall<NodeMessage, CoordinatorMessage>? call;
    private Task reading = Task.CompletedTask;

    /// <summary>Tasks given to this node, in order.</summary>
    public ConcurrentQueue<TaskAssigned> Assigned { get; } = new();

    /// <summary>Asked before a task is worked on; a task it holds back is never answered.</summary>
    public Func<TaskAssigned, Task<bool>> Works { get; set; } = _ => Task.FromResult(true);

    public uint Version { get; set; } = ProtocolVersion.Current;

    public IReadOnlyList<string> Problems { get; set; } = [];

    /// <summary>Examples of the proxy set; with them it aggregates, which for this node is the mean of what it downloads.</summary>
    public ulong ProxyExamples { get; set; }

    public ulong TestExamples { get; set; } = 100;

    /// <summary>What it says of its data when it accepts a run, besides the test examples.</summary>
    public Action<RunAccepted> Describes { get; set; } = _ => { };

    public Func<TaskKey, double> Weight { get; set; } = key => 10 + key.Index;

    public List<TaskKey> Holding { get; } = [];

    /// <summary>What a client returns in a round.</summary>
    public static float[] ModelOf(uint round, uint client) => [round, client, round + (client / 8f), 1];

    public static byte[] FileOf(float[] values)
    {
        var tensors = new TensorSet(new TensorManifest([new TensorEntry("w", TensorDType.F32, [values.Length])]));
        MemoryMarshal.AsBytes(values.AsSpan()).CopyTo(tensors.Data.Span);
        using var stream = new MemoryStream();
        Safetensors.Write(stream, tensors);
        return stream.ToArray();
    }

    public async Task<FakeNode> StartAsync()
    {
        call = new NodeService.NodeServiceClient(channel).Connect(cancellationToken: stop.Token);
        var hello = new Hello { NodeName = name, ProtocolVersion = Version, Slots = (uint)slots, Device = "none", SoftwareVersion = "test" };
        hello.Clients.AddRange(clients);
        hello.Holding.AddRange(Holding);
        await SendAsync(new NodeMessage { Hello = hello });
        reading = Task.Run(ReadAsync);
        await Task.WhenAny(welcomed.Task, reading);
        if (!welcomed.Task.IsCompleted)
        {
            await reading;
        }

        return this;
    }

    public async Task SendAsync(NodeMessage message)
    {
        await writing.WaitAsync();
        try
        {
            await call!.RequestStream.WriteAsync(message);
        }
        finally
        {
            writing.Release();
        }
    }

    /// <summary>Uploads a file as the update of a client.</summary>
    public async Task<UploadReceipt> UploadAsync(TaskKey key, ulong baseVersion, byte[] file, double weight, string traceparent = "", Aggregation? aggregation = null)
    {
        var headers = new Metadata { { "node-name", name } };
        if (traceparent.Length > 0)
        {
            headers.Add("traceparent", traceparent);
        }

        using var upload = channel.CreateCallInvoker().AsyncClientStreamingCall(
            TransferMethods.UploadUpdate, null, new CallOptions(headers));
        var header = new UpdateHeader
        {
            RunId = key.RunId,
            Round = key.Round,
            Client = aggregation is null ? key.Index : UpdateId.AggregateClient,
            Aggregation = aggregation,
            BaseVersion = baseVersion,
            SizeBytes = (ulong)file.Length,
            Sha256 = ByteString.CopyFrom(ContentHash.Of(file).ToBytes()),
            Weight = weight,
            Examples = (ulong)weight,
            TrainLoss = 1.0 / (1 + key.Round),
            TrainSeconds = 0.25,
        };
        header.Metrics.Add("client.index", key.Index);
        await upload.RequestStream.WriteAsync(Frame.Of(header));
        await upload.RequestStream.WriteAsync(Frame.Chunk(ByteSource.FromMemory(file), 0, file.Length));
        await upload.RequestStream.CompleteAsync();
        return await upload.ResponseAsync;
    }

    /// <summary>Downloads an admitted update.</summary>
    public async Task<byte[]> DownloadUpdateAsync(string run, uint round, uint client, ulong offset = 0)
    {
        using var download = channel.CreateCallInvoker().AsyncServerStreamingCall(
            TransferMethods.DownloadUpdate,
            null,
            new CallOptions(new Metadata { { "node-name", name } }),
            new UpdateRequest { RunId = run, Round = round, Client = client, Offset = offset });
        using var bytes = new MemoryStream();
        while (await download.ResponseStream.MoveNext(CancellationToken.None))
        {
            using var frame = download.ResponseStream.Current;
            bytes.Write(frame.Received is { } chunk ? chunk.Data.Span : []);
        }

        return bytes.ToArray();
    }

    /// <summary>Waits until the stream has ended; an error of the stream is thrown.</summary>
    public Task EndAsync() => reading;

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        try
        {
            await Task.WhenAll([reading, .. work.Keys]);
        }
        catch (Exception error) when (error is RpcException or OperationCanceledException or IOException or HttpRequestException)
        {
            // Cut off on purpose.
        }

        call?.Dispose();
    }

    private async Task ReadAsync()
    {
        while (await call!.ResponseStream.MoveNext(stop.Token))
        {
            var message = call.ResponseStream.Current;
            switch (message.MessageCase)
            {
                case CoordinatorMessage.MessageOneofCase.Welcome:
                    welcomed.TrySetResult();
                    break;
                case CoordinatorMessage.MessageOneofCase.RunAnnounced:
                    await AnswerRunAsync(message.RunAnnounced.RunId);
                    break;
                case CoordinatorMessage.MessageOneofCase.TaskAssigned:
                    Assigned.Enqueue(message.TaskAssigned);
                    work[Task.Run(() => WorkAsync(message.TaskAssigned))] = true;
                    break;
            }
        }
    }

    private Task AnswerRunAsync(string run)
    {
        if (Problems.Count > 0)
        {
            var rejected = new RunRejected { RunId = run };
            rejected.Problems.AddRange(Problems);
            return SendAsync(new NodeMessage { RunRejected = rejected });
        }

        var accepted = new RunAccepted { RunId = run, TestExamples = TestExamples, ProxyExamples = ProxyExamples, Engine = "fake" };
        Describes(accepted);
        return SendAsync(new NodeMessage { RunAccepted = accepted });
    }

    private async Task WorkAsync(TaskAssigned task)
    {
        if (!await Works(task))
        {
            return;
        }

        try
        {
            await DoAsync(task);
        }
        catch (RpcException error) when (error.ToRefusal() is { } refusal && DiskErrors.IsFault(refusal.Code))
        {
            await SendAsync(new NodeMessage { TaskFailed = new TaskFailed { Key = task.Key, Code = RefusalCodes.WireName(refusal.Code), Detail = refusal.Message } });
        }
    }

    private async Task DoAsync(TaskAssigned task)
    {
        switch (task.Key.Kind)
        {
            case Protocols.V1.TaskKind.Initialize:
                await UploadAsync(task.Key, 0, FileOf([0, 0, 0, 0]), 0, task.Traceparent);
                break;
            case Protocols.V1.TaskKind.Train:
                await UploadAsync(task.Key, task.BaseVersion, FileOf(ModelOf(task.Key.Round, task.Key.Index)), Weight(task.Key), task.Traceparent);
                break;
            case Protocols.V1.TaskKind.Aggregate:
                await AggregateAsync(task);
                break;
            default:
                await SendAsync(new NodeMessage { TaskCompleted = new TaskCompleted { Key = task.Key, Examples = 50, LossSum = 25, Correct = 40 } });
                break;
        }
    }

    private async Task AggregateAsync(TaskAssigned task)
    {
        var said = new Aggregation { State = ByteString.CopyFrom([(byte)(task.AggregatorState.Length + 1)]) };
        said.Metrics["gamma"] = 0.5;
        var total = task.Updates.Sum(update => update.Weight);
        var sums = new double[4];
        foreach (var update in task.Updates)
        {
            var bytes = await DownloadUpdateAsync(task.Key.RunId, task.Key.Round, update.Client);
            Xunit.Assert.Equal(update.Sha256, ByteString.CopyFrom(ContentHash.Of(bytes).ToBytes()));
            var values = Safetensors.Load(new MemoryStream(bytes)).Values<float>("w").ToArray();
            for (var i = 0; i < sums.Length; i++)
            {
                sums[i] += update.Weight * values[i];
            }

            said.Coefficients[update.Client] = update.Weight / total;
        }

        await UploadAsync(task.Key, task.BaseVersion, FileOf([.. sums.Select(sum => (float)(sum / total))]), 0, task.Traceparent, said);
    }
}

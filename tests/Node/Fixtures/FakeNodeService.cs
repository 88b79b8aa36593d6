using System.Threading.Channels;
using Distributed.Protocols.V1;
using Grpc.Core;

namespace Distributed.Node.Tests.Fixtures;

/// <summary>Control streams, handed to the test.</summary>
internal sealed class FakeNodeService(FakeCoordinator coordinator) : NodeService.NodeServiceBase
{
    public override async Task Connect(
        IAsyncStreamReader<NodeMessage> requestStream, IServerStreamWriter<CoordinatorMessage> responseStream, ServerCallContext context)
    {
        await requestStream.MoveNext(context.CancellationToken);
        var hello = requestStream.Current.Hello;
        coordinator.OnHello(hello);
        await responseStream.WriteAsync(
            new CoordinatorMessage { Welcome = new Welcome { CoordinatorVersion = "test", HeartbeatMilliseconds = 600_000 } }, context.CancellationToken);
        var connection = new FakeConnection(hello, responseStream);
        coordinator.Joined(connection);
        var reading = connection.ReadAsync(requestStream, context.CancellationToken);
        await Task.WhenAny(connection.Closed, reading);
    }
}

/// <summary>One joined node.</summary>
internal sealed class FakeConnection(Hello hello, IServerStreamWriter<CoordinatorMessage> writer)
{
    private readonly Channel<NodeMessage> messages = Channel.CreateUnbounded<NodeMessage>();
    private readonly TaskCompletionSource closed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Hello Hello => hello;

    public Task Closed => closed.Task;

    /// <summary>Ends the stream from the coordinator's side.</summary>
    public void Close() => closed.TrySetResult();

    public Task SendAsync(CoordinatorMessage message) => writer.WriteAsync(message);

    public Task AssignAsync(TaskAssigned task) => SendAsync(new CoordinatorMessage { TaskAssigned = task });

    /// <summary>Assigns a task that was done before: whatever the node still knows of it is forgotten first.</summary>
    public async Task AssignAgainAsync(TaskAssigned task)
    {
        await SendAsync(new CoordinatorMessage { TaskCancelled = new TaskCancelled { Key = task.Key, Reason = "once more" } });
        await AssignAsync(task);
    }

    public Task AnnounceAsync(string specJson) =>
        SendAsync(new CoordinatorMessage { RunAnnounced = new RunAnnounced { RunId = "run-1", SpecJson = specJson } });

    /// <summary>The node's next message that is no heartbeat.</summary>
    public async Task<NodeMessage> NextAsync()
    {
        while (true)
        {
            var message = await messages.Reader.ReadAsync().AsTask().WaitAsync(Limits.Step);
            if (message.Heartbeat is null)
            {
                return message;
            }
        }
    }

    internal async Task ReadAsync(IAsyncStreamReader<NodeMessage> reader, CancellationToken cancellation)
    {
        try
        {
            while (await reader.MoveNext(cancellation))
            {
                messages.Writer.TryWrite(reader.Current);
            }
        }
        catch (Exception error) when (error is IOException or OperationCanceledException or RpcException)
        {
            // The node went away; tests look at what it said before.
        }

        messages.Writer.TryComplete();
    }
}

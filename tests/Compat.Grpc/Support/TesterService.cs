using Distributed.Compat.Grpc.Tests.V1;
using Grpc.Core;

namespace Distributed.Compat.Grpc.Tests.Support;

// What a test sees of the server's side.
public sealed class Probe
{
    public TaskCompletionSource Entered { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public TaskCompletionSource Cancelled { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    // Of the last Echo.
    public CancellationToken Cancellation { get; set; }

    public (string Method, string Peer, string Host, bool Authenticated) Seen { get; set; }

    public DateTime Deadline { get; set; }

    // Holds a handler until the test lets it go, deaf to cancellation.
    public TaskCompletionSource Release { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public List<string> Log { get; } = [];
}

public sealed class TesterService(Probe probe) : Tester.TesterBase
{
    public override async Task<Text> Echo(Text request, ServerCallContext context)
    {
        probe.Cancellation = context.CancellationToken;
        probe.Seen = (context.Method, context.Peer, context.Host, context.AuthContext.IsPeerAuthenticated);
        probe.Deadline = context.Deadline;
        probe.Entered.TrySetResult();
        switch (request.Value)
        {
            case "hang":
                await HangAsync(context);
                break;
            case "deaf":
                await probe.Release.Task;
                break;
            case "throw":
                throw new InvalidOperationException("secret");
            case "refuse":
                throw new RpcException(new Status(StatusCode.FailedPrecondition, "Größe 100 % — 数\n"), new Metadata { { "why", "because" } });
            case "status":
                context.Status = new Status(StatusCode.OutOfRange, "set");
                break;
            case "null":
                return null!;
            case "metadata":
                await ReflectMetadataAsync(context);
                break;
        }

        return request;
    }

    public override async Task<Number> Sum(IAsyncStreamReader<Number> requestStream, ServerCallContext context)
    {
        probe.Entered.TrySetResult();
        var sum = 0L;
        await foreach (var number in requestStream.ReadAllAsync(context.CancellationToken))
        {
            if (number.Value < 0)
                throw new RpcException(new Status(StatusCode.InvalidArgument, "negative"));
            if (number.Value == long.MaxValue)
                return new Number { Value = sum };
            sum += number.Value;
        }

        // The end stays the end.
        Xunit.Assert.False(await requestStream.MoveNext(CancellationToken.None));
        return new Number { Value = sum };
    }

    public override async Task Count(Number request, IServerStreamWriter<Number> responseStream, ServerCallContext context)
    {
        for (var i = 0L; i < request.Value; i++)
            await responseStream.WriteAsync(new Number { Value = i });
        if (request.Value < 0)
            await HangAsync(context);
    }

    public override async Task Chat(IAsyncStreamReader<Text> requestStream, IServerStreamWriter<Text> responseStream, ServerCallContext context)
    {
        probe.Entered.TrySetResult();
        try
        {
            while (await requestStream.MoveNext(CancellationToken.None))
            {
                if (requestStream.Current.Value == "refuse")
                    throw new RpcException(new Status(StatusCode.ResourceExhausted, "enough"));
                await responseStream.WriteAsync(requestStream.Current);
            }
        }
        catch (Exception) when (context.CancellationToken.IsCancellationRequested)
        {
            probe.Cancelled.TrySetResult();
            throw;
        }
    }

    private async Task HangAsync(ServerCallContext context)
    {
        try
        {
            await Task.Delay(Timeout.Infinite, context.CancellationToken);
        }
        finally
        {
            probe.Cancelled.TrySetResult();
        }
    }

    private static async Task ReflectMetadataAsync(ServerCallContext context)
    {
        var headers = new Metadata();
        foreach (var entry in context.RequestHeaders.Where(entry => entry.Key.StartsWith("x-", StringComparison.Ordinal)))
        {
            headers.Add(entry);
            context.ResponseTrailers.Add(entry);
        }

        await context.WriteResponseHeadersAsync(headers);
    }
}

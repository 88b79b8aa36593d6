using System.Collections.Concurrent;
using System.Diagnostics;
using Distributed.Compat.Orleans.Tests.Fixtures;
using Orleans;
using Orleans.Hosting;
using Xunit;

namespace Distributed.Compat.Orleans.Tests.Tracing;

public interface ITracedGrain : IGrainWithStringKey
{
    Task<string?> Current();

    Task<string?> CurrentOf(string other);

    Task Boom();
}

public sealed class TracedGrain : Grain, ITracedGrain
{
    public async Task<string?> Current()
    {
        await Task.Yield();
        return Activity.Current?.TraceId.ToString();
    }

    public Task<string?> CurrentOf(string other) => GrainFactory.GetGrain<ITracedGrain>(other).Current();

    public Task Boom() => throw new InvalidDataException("boom");
}

public sealed class ActivityPropagationTests : IDisposable
{
    private readonly ConcurrentQueue<Activity> ended = new();
    private readonly ActivityListener listener;
    private readonly Activity root = new("root");

    public ActivityPropagationTests()
    {
        root.Start();
        listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == "Microsoft.Orleans.Application",
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = activity =>
            {
                if (activity.TraceId == root.TraceId)
                {
                    ended.Enqueue(activity);
                }
            },
        };
        ActivitySource.AddActivityListener(listener);
    }

    public void Dispose()
    {
        listener.Dispose();
        root.Dispose();
    }

    [Fact]
    public async Task Call_WithPropagation_IsAClientAndAServerSpanOfTheCallersTrace()
    {
        await using var silo = await TestSilo.StartAsync(x => x.AddActivityPropagation());

        var trace = await silo.Grain<ITracedGrain>("a").Current();

        Assert.Equal(root.TraceId.ToString(), trace);
        Assert.Same(root, Activity.Current);
        var spans = ended.ToArray();
        var client = Assert.Single(spans, x => x.Kind == ActivityKind.Client);
        var server = Assert.Single(spans, x => x.Kind == ActivityKind.Server);
        Assert.Equal(root.SpanId, client.ParentSpanId);
        Assert.Equal(client.SpanId, server.ParentSpanId);
        Assert.Equal("ITracedGrain/Current", server.OperationName);
        Assert.Equal("Current", server.GetTagItem("rpc.method"));
    }

    [Fact]
    public async Task Calls_FromGrainToGrain_MakeOneChain()
    {
        await using var silo = await TestSilo.StartAsync(x => x.AddActivityPropagation());

        await silo.Grain<ITracedGrain>("a").CurrentOf("b");

        var spans = ended.ToDictionary(x => x.SpanId);
        var depth = spans.Values.Select(span => Ancestors(span, spans)).Order();
        Assert.Equal([0, 1, 2, 3], depth);
    }

    [Fact]
    public async Task FailedCall_IsMarkedInBothSpans()
    {
        await using var silo = await TestSilo.StartAsync(x => x.AddActivityPropagation());

        await Assert.ThrowsAsync<InvalidDataException>(silo.Grain<ITracedGrain>("a").Boom);

        Assert.Equal(2, ended.Count);
        Assert.All(ended, x => Assert.Equal(ActivityStatusCode.Error, x.Status));
    }

    [Fact]
    public async Task Call_WithoutPropagation_HasNoSpanAndNoCurrentActivityInTheTurn()
    {
        await using var silo = await TestSilo.StartAsync();

        Assert.Null(await silo.Grain<ITracedGrain>("a").Current());
        Assert.Empty(ended);
    }

    private static int Ancestors(Activity span, Dictionary<ActivitySpanId, Activity> spans)
        => spans.TryGetValue(span.ParentSpanId, out var parent) ? 1 + Ancestors(parent, spans) : 0;
}

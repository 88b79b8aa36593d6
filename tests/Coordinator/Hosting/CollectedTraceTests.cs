using System.Collections.Concurrent;
using System.Diagnostics;
using Distributed.Coordinator.Ingress;
using Distributed.Coordinator.Tests.Runs;
using Distributed.Coordinator.Tests.Support;
using Distributed.Protocols.Telemetry;

namespace Distributed.Coordinator.Tests.Hosting;

/// <summary>What a collector sees, which hears the server's requests and the grains' calls besides our own spans.</summary>
public sealed class CollectedTraceTests
{
    [Fact]
    public async Task Trace_WithRequestsAndGrainCalls_IsStillOneARound()
    {
        using var data = new TempFolder();
        var spans = new ConcurrentQueue<Activity>();
        using var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name is TelemetryNames.Coordinator or "Microsoft.AspNetCore" or "Microsoft.Orleans.Application" or "Microsoft.Orleans.Storage",
            Sample = static (ref _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = spans.Enqueue,
        };
        ActivitySource.AddActivityListener(listener);

        string run;
        await using (var coordinator = await RunningCoordinator.StartAsync(data.Path))
        {
            await using var node = await coordinator.Node("node-a").StartAsync();
            run = await coordinator.SubmitAsync(WholeRunTests.Spec(rounds: 2, clients: 2));
            await coordinator.FollowAsync(run);
        }

        var roots = spans.Where(span => span.OperationName == "round test" && (string?)span.GetTagItem(TelemetryNames.Attributes.RunId) == run).ToList();
        Assert.Equal(3, roots.Count);
        foreach (var root in roots)
        {
            var trace = spans.Where(span => span.TraceId == root.TraceId).ToList();
            var ids = trace.Select(span => span.SpanId).ToHashSet();
            Assert.All(trace.Where(span => span != root), span => Assert.Contains(span.ParentSpanId, ids));
            Assert.Contains(trace, span => span.Source.Name == "Microsoft.Orleans.Application");
            Assert.Contains(trace, span => span.Source.Name == "Microsoft.AspNetCore" && MethodOf(span) == "/distributed.v1.TransferService/UploadUpdate");
        }

        // The node's stream lasts as long as the node: nothing hangs on it.
        var streams = spans.Where(span => MethodOf(span) == "/distributed.v1.NodeService/Connect").ToList();
        Assert.NotEmpty(streams);
        Assert.All(streams, stream => Assert.Single(spans, span => span.TraceId == stream.TraceId));
    }

    private static string? MethodOf(Activity span) => span.GetTagItem("grpc.method") as string;
}

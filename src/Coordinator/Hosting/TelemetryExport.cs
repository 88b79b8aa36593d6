using Distributed.Coordinator.Ingress;
using Distributed.Protocols.Telemetry;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using OpenTelemetry;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace Distributed.Coordinator.Hosting;

/// <summary>
/// Spans and metrics for whoever asks: a collector when <c>OTEL_EXPORTER_OTLP_ENDPOINT</c> names one, and Prometheus when there is a port for it. Nothing is built for nobody.
/// </summary>
internal static class TelemetryExport
{
    private const string EndpointVariable = "OTEL_EXPORTER_OTLP_ENDPOINT";

    // A node's stream and a follower's last for hours: their spans would end with them, and say nothing.
    private static readonly string[] EndlessCalls = ["/distributed.v1.NodeService/Connect", "/distributed.v1.RunService/Follow"];

    /// <summary>Adds what was asked for.</summary>
    public static void Add(IServiceCollection services, CoordinatorOptions options)
    {
        var collector = Environment.GetEnvironmentVariable(EndpointVariable) is { Length: > 0 };
        if (!collector && options.MetricsPort is null)
        {
            return;
        }

        var telemetry = services.AddOpenTelemetry().ConfigureResource(static resource => resource.AddService(
            "distributed-coordinator",
            serviceVersion: typeof(TelemetryExport).Assembly.GetName().Version?.ToString(3),
            serviceInstanceId: Environment.MachineName));
        telemetry.WithMetrics(metrics => AddMetrics(metrics, collector, options.MetricsPort is not null));
        if (collector)
        {
            telemetry.WithTracing(static traces => traces
                .AddSource(TelemetryNames.Coordinator, TelemetryNames.Node, "Microsoft.Orleans.Application", "Microsoft.Orleans.Storage")
                .AddAspNetCoreInstrumentation(static requests => requests.Filter = static context => !IsEndless(context.Request.Path))
                .AddOtlpExporter());
        }
    }

    /// <summary>
    /// Serves <c>/metrics</c> on the metrics port. Every other port speaks HTTP/2 only, so what comes by HTTP/1.1 came through that one, and gets nothing else.
    /// </summary>
    public static void UseMetrics(this WebApplication application, CoordinatorOptions options)
    {
        if (options.MetricsPort is not null)
        {
            application.MapWhen(static context => !HttpProtocol.IsHttp2(context.Request.Protocol), static metrics => metrics
                .UseOpenTelemetryPrometheusScrapingEndpoint()
                .Run(static context =>
                {
                    context.Response.StatusCode = StatusCodes.Status404NotFound;
                    return Task.CompletedTask;
                }));
        }
    }

    private static void AddMetrics(MeterProviderBuilder metrics, bool collector, bool prometheus)
    {
        metrics.AddMeter(TelemetryNames.Coordinator, TelemetryNames.Node, "Microsoft.Orleans")
            .AddAspNetCoreInstrumentation()
            .AddRuntimeInstrumentation()
            .AddProcessInstrumentation()
            .SetExemplarFilter(ExemplarFilterType.TraceBased);
        if (collector)
        {
            metrics.AddOtlpExporter();
        }

        if (prometheus)
        {
            metrics.AddPrometheusExporter();
        }
    }

    private static bool IsEndless(PathString path) => Array.Exists(EndlessCalls, call => path.Equals(call, StringComparison.Ordinal));
}

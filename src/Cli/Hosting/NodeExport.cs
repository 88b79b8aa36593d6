using Distributed.Protocols.Telemetry;
using OpenTelemetry;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace Distributed.Cli.Hosting;

/// <summary>A node process's own spans and metrics for a collector, when the standard variable names one. The coordinator gets the spans in any case.</summary>
internal static class NodeExport
{
    private const string EndpointVariable = "OTEL_EXPORTER_OTLP_ENDPOINT";

    /// <summary>Starts to export until disposed, which sends what is left; null: nobody asked for it.</summary>
    /// <param name="node">The node's name.</param>
    /// <param name="environment">The environment's variables.</param>
    public static OpenTelemetrySdk? Start(string node, IReadOnlyDictionary<string, string> environment) =>
        environment.GetValueOrDefault(EndpointVariable) is { Length: > 0 }
            ? OpenTelemetrySdk.Create(telemetry => telemetry
                .ConfigureResource(resource => resource.AddService(
                    "distributed-node", serviceVersion: typeof(NodeExport).Assembly.GetName().Version?.ToString(3), serviceInstanceId: node))
                .WithTracing(traces => traces.AddSource(TelemetryNames.Node).AddGrpcClientInstrumentation().AddOtlpExporter())
                .WithMetrics(metrics => metrics
                    .AddMeter(TelemetryNames.Node)
                    .AddRuntimeInstrumentation()
                    .AddProcessInstrumentation()
                    .SetExemplarFilter(ExemplarFilterType.TraceBased)
                    .AddOtlpExporter()))
            : null;
}

using Distributed.Protocols.Telemetry;
using OpenTelemetry;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace Distributed.Cli.Hosting;

/// <summary>A node process's own spans and metrics for a collector, when the standard variable names one. The coordinator gets the spans in any case.</summary>
internal sealed class NodeTelemetry : IDisposable
{
    private const string EndpointVariable = "OTEL_EXPORTER_OTLP_ENDPOINT";

    private readonly TracerProvider? tracer;
    private readonly MeterProvider? meter;

    /// <summary>Starts; without a collector it costs nothing.</summary>
    /// <param name="node">The node's name.</param>
    /// <param name="environment">The environment's variables.</param>
    public NodeTelemetry(string node, IReadOnlyDictionary<string, string> environment)
    {
        if (environment.GetValueOrDefault(EndpointVariable) is { Length: > 0 })
        {
            var resource = ResourceBuilder.CreateDefault().AddService("distributed-node", serviceInstanceId: node);
            tracer = Sdk.CreateTracerProviderBuilder().SetResourceBuilder(resource).AddSource(TelemetryNames.Node).AddOtlpExporter().Build();
            meter = Sdk.CreateMeterProviderBuilder().SetResourceBuilder(resource).AddMeter(TelemetryNames.Node, "System.Runtime").AddOtlpExporter().Build();
        }
    }

    /// <inheritdoc />
    public void Dispose()
    {
        tracer?.Dispose();
        meter?.Dispose();
    }
}

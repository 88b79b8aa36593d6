using Distributed.Protocols.Telemetry;
using OpenTelemetry;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace Distributed.Cli.Hosting;

/// <summary>A node process's own spans and metrics: to a collector when the standard variable names one, to files when a folder is given.</summary>
internal sealed class NodeTelemetry : IAsyncDisposable
{
    private const string EndpointVariable = "OTEL_EXPORTER_OTLP_ENDPOINT";

    private readonly TraceFile? file;
    private readonly TracerProvider? tracer;
    private readonly MeterProvider? meter;

    /// <summary>Starts; without a collector and a folder it costs nothing.</summary>
    /// <param name="node">The node's name.</param>
    /// <param name="traces">Folder for <c>RUN/trace.jsonl</c>, or null.</param>
    /// <param name="environment">The environment's variables.</param>
    public NodeTelemetry(string node, string? traces, IReadOnlyDictionary<string, string> environment)
    {
        file = traces is null ? null : new TraceFile(run => Path.Combine(traces, run, "trace.jsonl"));
        if (environment.GetValueOrDefault(EndpointVariable) is { Length: > 0 })
        {
            var resource = ResourceBuilder.CreateDefault().AddService("distributed-node", serviceInstanceId: node);
            tracer = Sdk.CreateTracerProviderBuilder().SetResourceBuilder(resource).AddSource(TelemetryNames.Node).AddOtlpExporter().Build();
            meter = Sdk.CreateMeterProviderBuilder().SetResourceBuilder(resource).AddMeter(TelemetryNames.Node, "System.Runtime").AddOtlpExporter().Build();
        }
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        tracer?.Dispose();
        meter?.Dispose();
        if (file is not null)
        {
            await file.DisposeAsync();
        }
    }
}

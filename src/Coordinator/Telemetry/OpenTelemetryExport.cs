using Distributed.Protocols.Telemetry;
using Microsoft.Extensions.Hosting;
using OpenTelemetry;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace Distributed.Coordinator.Telemetry;

/// <summary>
/// Sends spans and metrics to a collector when <c>OTEL_EXPORTER_OTLP_ENDPOINT</c> names one, as other programs do; else costs nothing. The providers are
/// built by hand and disposed at the stop, which flushes them.
/// </summary>
internal sealed class OpenTelemetryExport(TraceFile file) : IHostedService, IDisposable
{
    /// <summary>The standard variable that names a collector.</summary>
    public const string EndpointVariable = "OTEL_EXPORTER_OTLP_ENDPOINT";

    private TracerProvider? tracer;
    private MeterProvider? meter;

    /// <inheritdoc />
    public Task StartAsync(CancellationToken cancellationToken)
    {
        // Asked for, the file listens from here on; it is written whether or not there is a collector.
        _ = file;
        if (!string.IsNullOrEmpty(Environment.GetEnvironmentVariable(EndpointVariable)))
        {
            Build();
        }

        return Task.CompletedTask;
    }

    /// <inheritdoc />
    public Task StopAsync(CancellationToken cancellationToken)
    {
        Dispose();
        return Task.CompletedTask;
    }

    /// <inheritdoc />
    public void Dispose()
    {
        tracer?.Dispose();
        meter?.Dispose();
        (tracer, meter) = (null, null);
    }

    private void Build()
    {
        var resource = ResourceBuilder.CreateDefault().AddService("distributed-coordinator", serviceInstanceId: Environment.MachineName);
        tracer = Sdk.CreateTracerProviderBuilder()
            .SetResourceBuilder(resource)
            .AddSource(TelemetryNames.Coordinator, TelemetryNames.Node)
            .AddOtlpExporter()
            .Build();
        meter = Sdk.CreateMeterProviderBuilder()
            .SetResourceBuilder(resource)
            .AddMeter(TelemetryNames.Coordinator, TelemetryNames.Node, "System.Runtime", "Microsoft.AspNetCore.Server.Kestrel")
            .AddOtlpExporter()
            .Build();
    }
}

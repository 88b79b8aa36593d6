using System.Diagnostics;
using Distributed.Algorithms.Tensors;
using Distributed.Node.Connection;
using Distributed.Node.Telemetry;
using Distributed.Protocols.Identities;
using Distributed.Protocols.Refusals;
using Distributed.Protocols.Telemetry;
using Distributed.Protocols.Transfers;
using Distributed.Protocols.V1;
using Grpc.Core;

namespace Distributed.Node.Upload;

/// <summary>Fetches model versions into memory.</summary>
internal sealed class ModelDownloader(TransferClient client, Connectivity connectivity, ModelMemory memory)
{
    /// <summary>Fetches one version.</summary>
    /// <exception cref="TransferFailedException">It cannot be had.</exception>
    public async Task<ModelFile> DownloadAsync(string runId, long version, ContentHash expected, CancellationToken cancellation)
    {
        using var activity = NodeInstruments.Source.StartActivity(TelemetryNames.Spans.DownloadModel, ActivityKind.Client);
        activity?.SetTag(TelemetryNames.Attributes.ModelVersion, version);
        using var download = new Download(version, expected, memory);
        var request = new DownloadRequest { RunId = runId, Version = (ulong)version };
        var file = await ReceiveAsync(download, offset => client.DownloadModel(new DownloadRequest(request) { Offset = offset }, cancellation), cancellation);
        activity?.SetTag(TelemetryNames.Attributes.CheckpointBytes, file.Bytes.Length);
        return file;
    }

    /// <summary>Fetches the buffers that a client keeps for itself, as they were with a version.</summary>
    /// <exception cref="TransferFailedException">They cannot be had.</exception>
    public async Task<ModelFile> DownloadBuffersAsync(string runId, long version, uint clientId, CancellationToken cancellation)
    {
        using var download = new Download(version, null, memory);
        var request = new BuffersRequest { RunId = runId, Version = (ulong)version, Client = clientId };
        return await ReceiveAsync(download, offset => client.DownloadBuffers(new BuffersRequest(request) { Offset = offset }, cancellation), cancellation);
    }

    private async Task<ModelFile> ReceiveAsync(Download download, Func<ulong, AsyncServerStreamingCall<Frame>> call, CancellationToken cancellation)
    {
        await new DownloadLoop(connectivity).ReceiveAsync(download, call, cancellation);
        NodeInstruments.Downloaded(download.Received);
        try
        {
            return download.Finish();
        }
        catch (SafetensorsException error)
        {
            throw new TransferFailedException(new(RefusalCode.ModelFormat, error.Message));
        }
    }
}

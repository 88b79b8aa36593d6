using System.Diagnostics;
using Distributed.Algorithms.Tensors;
using Distributed.Node.Session;
using Distributed.Node.Telemetry;
using Distributed.Protocols.Identities;
using Distributed.Protocols.Refusals;
using Distributed.Protocols.Telemetry;
using Distributed.Protocols.V1;
using Grpc.Core;

namespace Distributed.Node.Upload;

/// <summary>Fetches model versions; an interrupted download goes on where it stopped as soon as the coordinator is back.</summary>
internal sealed class ModelDownloader(TransferClient client, Connectivity connectivity, ModelMemory memory)
{
    private const int DamagedChunks = 3;

    /// <summary>Fetches one version.</summary>
    /// <exception cref="TransferFailedException">It cannot be had.</exception>
    public async Task<ModelFile> DownloadAsync(string runId, long version, ContentHash expected, CancellationToken cancellation)
    {
        using var activity = NodeInstruments.Source.StartActivity(TelemetryNames.Spans.DownloadModel, ActivityKind.Client);
        activity?.SetTag(TelemetryNames.Attributes.ModelVersion, version);
        using var download = new Download(version, expected, memory);
        var damaged = 0;
        var attempts = connectivity.StartAttempts();
        while (!download.IsComplete)
        {
            var before = download.Received;
            try
            {
                if (!await ReceiveAsync(download, runId, version, cancellation) && ++damaged > DamagedChunks)
                {
                    throw new TransferFailedException(new(RefusalCode.CheckpointCorrupt, $"{damaged} chunks of version {version} arrived damaged."));
                }
            }
            catch (RpcException error) when (!cancellation.IsCancellationRequested)
            {
                if (TransferFaults.Final(error) is { } refusal)
                {
                    throw new TransferFailedException(refusal);
                }

                await attempts.WaitAsync(madeProgress: download.Received > before, cancellation);
            }
        }

        activity?.SetTag(TelemetryNames.Attributes.CheckpointBytes, download.Received);
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

    // One call, from where the last one stopped; false when a chunk was damaged.
    private async Task<bool> ReceiveAsync(Download download, string runId, long version, CancellationToken cancellation)
    {
        using var call = client.DownloadModel(
            new DownloadRequest { RunId = runId, Version = (ulong)version, Offset = (ulong)download.Received }, cancellation);
        while (await call.ResponseStream.MoveNext(cancellation))
        {
            using var frame = call.ResponseStream.Current;
            if (frame.Model is { } header)
            {
                download.Begin(header);
            }
            else if (frame.Received is { } chunk && !download.Append(chunk))
            {
                return false;
            }
        }

        return download.IsComplete ? true : throw new RpcException(new Status(StatusCode.Unavailable, "The download ended early."));
    }
}

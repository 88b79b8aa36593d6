using System.Diagnostics;
using Distributed.Node.Connection;
using Distributed.Node.Telemetry;
using Distributed.Protocols.Refusals;
using Distributed.Protocols.Telemetry;
using Distributed.Protocols.Transfers;
using Distributed.Protocols.V1;
using Grpc.Core;

namespace Distributed.Node.Upload;

/// <summary>
/// Sends an update until it is acknowledged or refused. After an interruption it asks where to go on; bytes damaged on the way are sent once more.
/// </summary>
internal sealed class UpdateUploader(TransferClient client, Connectivity connectivity, int chunkBytes)
{
    /// <summary>Sends one update.</summary>
    /// <param name="header">What it is; its offset is set here.</param>
    /// <param name="source">Its bytes, unchanged until this ends.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="TransferFailedException">It was refused.</exception>
    public async Task UploadAsync(UpdateHeader header, ByteSource source, CancellationToken cancellation)
    {
        using var activity = NodeInstruments.Source.StartActivity(TelemetryNames.Spans.UploadUpdate, ActivityKind.Client);
        activity?.SetTag(TelemetryNames.Attributes.UpdateBytes, source.Length);
        var (interrupted, resent) = (false, false);
        var attempts = connectivity.StartAttempts();
        while (true)
        {
            try
            {
                header.Offset = 0;
                if (interrupted)
                {
                    var status = await AskAsync(header, cancellation);
                    if (status.Accepted)
                    {
                        return;
                    }

                    header.Offset = Math.Min(status.Offset, header.SizeBytes);
                }

                await SendAsync(header, source, cancellation);
                NodeInstruments.Uploaded(source.Length - (long)header.Offset);
                return;
            }
            catch (RpcException error) when (!cancellation.IsCancellationRequested)
            {
                var refusal = TransferFaults.Final(error);
                if (refusal is { Code: RefusalCode.UpdateChecksum } && !resent)
                {
                    (resent, interrupted) = (true, false);
                    continue;
                }

                if (refusal is not null)
                {
                    activity?.SetTag(TelemetryNames.Attributes.RefusalCode, RefusalCodes.WireName(refusal.Code));
                    throw new TransferFailedException(refusal);
                }

                interrupted = true;
                await attempts.WaitAsync(madeProgress: false, cancellation);
            }
        }
    }

    private async Task<UploadStatus> AskAsync(UpdateHeader header, CancellationToken cancellation)
    {
        using var call = client.GetUploadStatus(
            new UploadStatusRequest { RunId = header.RunId, Round = header.Round, Client = header.Client, Sha256 = header.Sha256 }, cancellation);
        return await call.ResponseAsync;
    }

    private async Task SendAsync(UpdateHeader header, ByteSource source, CancellationToken cancellation)
    {
        using var call = client.UploadUpdate(cancellation);
        try
        {
            await call.RequestStream.WriteAsync(Frame.Of(header), cancellation);
            foreach (var frame in Frame.Chunks(source, (long)header.Offset, chunkBytes))
            {
                await call.RequestStream.WriteAsync(frame, cancellation);
            }

            await call.RequestStream.CompleteAsync();
        }
        catch (Exception error) when (error is RpcException or InvalidOperationException or IOException && !cancellation.IsCancellationRequested)
        {
            // The coordinator answered before it had read everything: its answer says why, the failed write does not.
        }

        await call.ResponseAsync;
    }
}

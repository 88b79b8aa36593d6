using Distributed.Node.Connection;
using Distributed.Protocols.Refusals;
using Distributed.Protocols.Transfers;
using Grpc.Core;

namespace Distributed.Node.Upload;

/// <summary>Calls until a file is there: an interrupted download goes on where it stopped as soon as the coordinator is back.</summary>
internal sealed class DownloadLoop(Connectivity connectivity)
{
    private const int DamagedChunks = 3;

    /// <summary>Receives every byte.</summary>
    /// <param name="download">Takes the bytes.</param>
    /// <param name="call">Asks for the bytes from an offset on.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="TransferFailedException">The file cannot be had.</exception>
    public async Task ReceiveAsync(IDownload download, Func<ulong, AsyncServerStreamingCall<Frame>> call, CancellationToken cancellation)
    {
        var damaged = 0;
        var attempts = connectivity.StartAttempts();
        while (!download.IsComplete)
        {
            var before = download.Received;
            try
            {
                if (!await ReceiveOnceAsync(download, call, cancellation) && ++damaged > DamagedChunks)
                {
                    throw new TransferFailedException(new(RefusalCode.CheckpointCorrupt, $"{damaged} chunks of {download.What} arrived damaged."));
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
    }

    // One call, from where the last one stopped; false when a chunk was damaged.
    private static async Task<bool> ReceiveOnceAsync(IDownload download, Func<ulong, AsyncServerStreamingCall<Frame>> call, CancellationToken cancellation)
    {
        using var transfer = call((ulong)download.Received);
        while (await transfer.ResponseStream.MoveNext(cancellation))
        {
            using var frame = transfer.ResponseStream.Current;
            if (frame.Received is not { } chunk)
            {
                download.Begin(frame);
            }
            else if (!download.Append(chunk))
            {
                return false;
            }
        }

        return download.IsComplete ? true : throw new RpcException(new Status(StatusCode.Unavailable, "The download ended early."));
    }
}

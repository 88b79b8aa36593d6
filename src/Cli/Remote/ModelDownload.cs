using System.Security.Cryptography;
using Distributed.Protocols.Identities;
using Distributed.Protocols.Refusals;
using Distributed.Protocols.Transfers;
using Distributed.Protocols.V1;
using Grpc.Core;

namespace Distributed.Cli.Remote;

/// <summary>Fetches a model version into a file. The file has its name only when every byte is checked.</summary>
internal static class ModelDownload
{
    /// <summary>Downloads version <paramref name="version"/> of a run to <paramref name="path"/>.</summary>
    /// <returns>Its hash, or why it was not taken.</returns>
    /// <exception cref="RpcException">The coordinator refused or is gone.</exception>
    public static async Task<Outcome<ContentHash>> ToFileAsync(CallInvoker invoker, string runId, ulong version, string path, CancellationToken cancellation)
    {
        var request = new DownloadRequest { RunId = runId, Version = version };
        using var call = invoker.AsyncServerStreamingCall(TransferMethods.DownloadModel, null, new CallOptions(cancellationToken: cancellation), request);
        var partial = path + ".partial";
        try
        {
            var outcome = await ReceiveAsync(call.ResponseStream, partial, cancellation);
            if (outcome.Refusal is null)
            {
                File.Move(partial, path, overwrite: true);
            }

            return outcome;
        }
        finally
        {
            File.Delete(partial);
        }
    }

    private static async Task<Outcome<ContentHash>> ReceiveAsync(IAsyncStreamReader<Frame> frames, string path, CancellationToken cancellation)
    {
        if (!await frames.MoveNext(cancellation) || frames.Current.Model is not { } header || !ContentHash.TryFromBytes(header.Sha256.Span, out var declared))
        {
            return new Refusal(RefusalCode.ProtocolViolation, "The download does not begin with the model's header.");
        }

        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        await using var file = new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 0);
        while (await frames.MoveNext(cancellation))
        {
            using var frame = frames.Current;
            if (frame.Received is not { } chunk || chunk.Offset != file.Position || !chunk.IsIntact() || chunk.Offset + chunk.Data.Length > (long)header.SizeBytes)
            {
                return new Refusal(RefusalCode.UpdateChecksum, $"The download broke at byte {file.Position} of {header.SizeBytes}.");
            }

            hash.AppendData(chunk.Data.Span);
            await file.WriteAsync(chunk.Data, cancellation);
        }

        var got = ContentHash.FromBytes(hash.GetHashAndReset());
        return got == declared ? got : new Refusal(RefusalCode.UpdateChecksum, $"The downloaded model has the hash {got}, expected {declared}.");
    }
}

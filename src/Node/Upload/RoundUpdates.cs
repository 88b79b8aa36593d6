using System.Globalization;
using Distributed.Node.Connection;
using Distributed.Node.Scratch;
using Distributed.Node.Telemetry;
using Distributed.Protocols.Identities;
using Distributed.Protocols.Refusals;
using Distributed.Protocols.V1;

namespace Distributed.Node.Upload;

/// <summary>The updates of a round that this node aggregates: downloaded once, in a folder of their own that goes with them.</summary>
internal sealed class RoundUpdates : IDisposable
{
    // Enough to fill a connection; the coordinator bounds what it serves at once.
    private const int DownloadsAtOnce = 4;

    private readonly ScratchFolder folder = ScratchFolder.Create();
    private readonly UpdateFile?[] files;

    private RoundUpdates(int count) => files = new UpdateFile?[count];

    /// <summary>The files, in the order of the task's updates.</summary>
    public IReadOnlyList<UpdateFile> Files => files!;

    /// <summary>Downloads every update of a task.</summary>
    /// <exception cref="TransferFailedException">One cannot be had.</exception>
    public static async Task<RoundUpdates> DownloadAsync(
        TransferClient client, Connectivity connectivity, TaskAssigned task, CancellationToken cancellation)
    {
        if (task.Updates.Any(update => update.Sha256.Length != ContentHash.SizeBytes || update.SizeBytes > long.MaxValue))
        {
            throw new TransferFailedException(new(RefusalCode.ProtocolViolation, "An update of the task has no SHA-256 or is too large."));
        }

        var updates = new RoundUpdates(task.Updates.Count);
        try
        {
            var several = new ParallelOptions { MaxDegreeOfParallelism = DownloadsAtOnce, CancellationToken = cancellation };
            await Parallel.ForAsync(0, task.Updates.Count, several, async (i, stop) =>
                updates.files[i] = await updates.DownloadAsync(client, new DownloadLoop(connectivity), task.Key, task.Updates[i], stop));
            return updates;
        }
        catch
        {
            updates.Dispose();
            throw;
        }
    }

    public void Dispose()
    {
        foreach (var file in files)
        {
            file?.Dispose();
        }

        folder.Dispose();
    }

    private async Task<UpdateFile> DownloadAsync(
        TransferClient client, DownloadLoop loop, TaskKey key, AdmittedUpdate update, CancellationToken cancellation)
    {
        using var download = new UpdateDownload(update, Path.Combine(folder.Path, update.Client.ToString(CultureInfo.InvariantCulture)));
        var request = new UpdateRequest { RunId = key.RunId, Round = key.Round, Client = update.Client };
        await loop.ReceiveAsync(
            download, offset => client.DownloadUpdate(new UpdateRequest(request) { Offset = offset }, cancellation), cancellation);
        NodeInstruments.Downloaded(download.Received);
        return download.Finish();
    }
}

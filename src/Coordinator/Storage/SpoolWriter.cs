using System.Security.Cryptography;
using Distributed.Protocols.Identities;
using Distributed.Protocols.Refusals;
using Microsoft.Win32.SafeHandles;

namespace Distributed.Coordinator.Storage;

/// <summary>Writes one update: each piece is checksummed, hashed, inspected and written while it is in the processor's cache, in the caller's thread.</summary>
internal sealed class SpoolWriter : ISpoolWriter
{
    private const int ReplayBytes = 256 * 1024;

    private readonly DurableFiles files;
    private readonly SafeFileHandle file;
    private readonly SpooledUpdate update;
    private readonly (string Partial, string Complete) paths;
    private readonly IUpdateInspector inspector;
    private readonly Action<SpoolWriter> closed;
    private readonly IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly BlockChecksums checksums;
    private EarlyWriteback writeback;
    private bool remove;

    /// <summary>Takes over an open file that holds its header and <see cref="Offset"/> 0 or, after <see cref="Replay"/>, some bytes.</summary>
    public SpoolWriter(
        DurableFiles files,
        SafeFileHandle file,
        SpooledUpdate update,
        (string Partial, string Complete) paths,
        IUpdateInspector inspector,
        Action<SpoolWriter> closed)
    {
        (this.files, this.file, this.update, this.paths, this.inspector, this.closed) = (files, file, update, paths, inspector, closed);
        checksums = new BlockChecksums(update.SizeBytes);
    }

    public long Offset { get; private set; }

    /// <summary>Whether the acknowledgement waits for the disk.</summary>
    public required bool Durable { get; init; }

    /// <summary>Reads the first bytes of a kept file again, so that hash, checksums and inspection continue behind them.</summary>
    public Refusal? Replay(long length, CancellationToken cancellation)
    {
        var buffer = new byte[Math.Min(length, ReplayBytes)];
        while (Offset < length)
        {
            cancellation.ThrowIfCancellationRequested();
            var piece = buffer.AsSpan(0, (int)Math.Min(buffer.Length, length - Offset));
            FileBytes.ReadExactly(file, piece, SpoolHeader.Bytes + Offset);
            checksums.Append(piece);
            if (Take(piece) is { } refusal)
            {
                return refusal;
            }
        }

        return null;
    }

    public Refusal? Append(ReadOnlySpan<byte> data, uint crc32C)
    {
        if (data.Length > update.SizeBytes - Offset)
        {
            return new Refusal(
                RefusalCode.UpdateOverrun, $"More than the declared {update.SizeBytes} bytes arrived: {data.Length} more at byte {Offset}.");
        }

        if (checksums.Append(data) != crc32C)
        {
            return new Refusal(
                RefusalCode.UpdateChecksum, $"The {data.Length} bytes at {Offset} do not match their CRC-32C; send them again from there.");
        }

        try
        {
            files.Hit(Failpoint.SpoolBeforeWrite, update.Id.Round);
            RandomAccess.Write(file, data, SpoolHeader.Bytes + Offset);
            if (Durable)
            {
                writeback.Reached(file, SpoolHeader.Bytes + Offset + data.Length);
            }
        }
        catch (IOException error) when (DiskErrors.IsFault(error))
        {
            return Faulty(error);
        }

        return Take(data);
    }

    public async ValueTask<Outcome<SpooledUpdate>> CompleteAsync()
    {
        if (Offset < update.SizeBytes)
        {
            return new Refusal(
                RefusalCode.UpdateTruncated,
                $"Received {Offset} of {update.SizeBytes} declared bytes; they are kept, ask for the upload's status and send the rest.");
        }

        remove = true;
        if (!CryptographicOperations.FixedTimeEquals(hash.GetCurrentHash(), update.Hash.ToBytes()))
        {
            return new Refusal(RefusalCode.UpdateChecksum, $"The {update.SizeBytes} bytes do not have the declared SHA-256; send the update again.");
        }

        if (inspector.Finish() is { } refusal)
        {
            return refusal;
        }

        try
        {
            await PublishAsync();
        }
        catch (IOException error)
        {
            // A name that is not known to be durable must not look like an accepted update to a retry.
            File.Delete(paths.Complete);
            return DiskErrors.IsFault(error) ? Faulty(error) : throw new IOException("The spool's disk failed.", error);
        }

        remove = false;
        return update;
    }

    public ValueTask DisposeAsync()
    {
        hash.Dispose();
        file.Dispose();
        if (remove)
        {
            File.Delete(paths.Partial);
        }

        closed(this);
        return ValueTask.CompletedTask;
    }

    private Refusal? Take(ReadOnlySpan<byte> data)
    {
        hash.AppendData(data);
        Offset += data.Length;
        var refusal = inspector.Inspect(data);
        remove |= refusal is not null;
        return refusal;
    }

    private async Task PublishAsync()
    {
        var round = update.Id.Round;
        RandomAccess.Write(file, checksums.ToFooter(), SpoolHeader.Bytes + update.SizeBytes);
        files.Hit(Failpoint.SpoolBeforeFsync, round);
        if (Durable)
        {
            await files.SyncAsync(file, update.Id.RunId);
        }

        files.Hit(Failpoint.SpoolBeforeRename, round);
        File.Move(paths.Partial, paths.Complete, overwrite: true);
        files.Hit(Failpoint.SpoolAfterRename, round);
        if (Durable)
        {
            await files.SyncDirectoryAsync(Path.GetDirectoryName(paths.Complete)!, update.Id.RunId);
        }
    }

    private Refusal Faulty(IOException error)
    {
        // What is kept of one update may be the room that another needs to complete: a full disk keeps no halves.
        remove = true;
        return DiskErrors.Refused(error, "the update");
    }
}

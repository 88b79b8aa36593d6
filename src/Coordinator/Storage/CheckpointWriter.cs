using System.Buffers;
using System.Security.Cryptography;
using Distributed.Algorithms.Tensors;
using Distributed.Protocols.Identities;
using Microsoft.Win32.SafeHandles;

namespace Distributed.Coordinator.Storage;

/// <summary>
/// A model file in the making, under a temporary name. Threads write its data by position in any order; SHA-256 needs the order, so whoever finds the
/// hash idle carries it on over what has become contiguous, read back from the page cache. Disposed without a commit, the file is removed.
/// </summary>
internal sealed class CheckpointWriter : ITensorWriter, IDisposable
{
    private const int HashPieceBytes = 256 * 1024;

    private readonly DurableFiles files;
    private readonly Lock gate = new();
    private readonly Lock hashing = new();
    private readonly IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly SortedList<long, long> islands = [];
    private EarlyWriteback writeback;
    private long contiguous;
    private long hashed;

    /// <summary>Creates the file at <paramref name="path"/>.</summary>
    public CheckpointWriter(DurableFiles files, string path, long sizeBytes)
    {
        this.files = files;
        (Path, SizeBytes) = (path, sizeBytes);
        File = System.IO.File.OpenHandle(path, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None);
    }

    /// <summary>Size of the file when it is complete.</summary>
    public long SizeBytes { get; }

    /// <summary>Where the tensors' data begins: behind what <see cref="WriteHeader"/> wrote.</summary>
    public long DataOffset { get; private set; }

    /// <summary>Whether the commit waits for the disk.</summary>
    public required bool Durable { get; init; }

    internal string Path { get; }

    internal SafeFileHandle File { get; }

    /// <summary>Writes the safetensors header; the data written through <see cref="ITensorWriter"/> comes behind it.</summary>
    /// <exception cref="StorageException">There is no room (StorageFull).</exception>
    public void WriteHeader(ReadOnlySpan<byte> header)
    {
        WriteFile(0, header);
        DataOffset = header.Length;
    }

    /// <inheritdoc />
    /// <exception cref="StorageException">There is no room (StorageFull).</exception>
    public void Write(long offset, ReadOnlySpan<byte> bytes) => WriteFile(DataOffset + offset, bytes);

    /// <summary>Copies a whole safetensors file: the initial model comes as an update.</summary>
    /// <exception cref="StorageException">There is no room (StorageFull), or the update is damaged (UpdateChecksum).</exception>
    public void CopyFrom(SpoolReader source)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(HashPieceBytes);
        try
        {
            for (long at = 0; at < source.Update.SizeBytes; at += HashPieceBytes)
            {
                var piece = buffer.AsSpan(0, (int)Math.Min(HashPieceBytes, source.Update.SizeBytes - at));
                source.ReadFile(at, piece);
                WriteFile(at, piece);
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>Writes bytes of the file at a position, each byte once.</summary>
    /// <exception cref="StorageException">There is no room (StorageFull).</exception>
    public void WriteFile(long position, ReadOnlySpan<byte> bytes)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(position + bytes.Length, SizeBytes);
        if (bytes.IsEmpty)
        {
            return;
        }

        try
        {
            files.Hit(Failpoint.CheckpointBeforeWrite);
            RandomAccess.Write(File, bytes, position);
        }
        catch (IOException error) when (DiskErrors.IsFault(error))
        {
            throw new StorageException(DiskErrors.Refused(error, "the new model"), error);
        }

        lock (gate)
        {
            Join(position, position + bytes.Length);
        }

        CarryHashOn();
    }

    /// <summary>The hash of the complete file.</summary>
    /// <exception cref="InvalidOperationException">Bytes are missing.</exception>
    public ContentHash Hash()
    {
        lock (hashing)
        {
            HashContiguous();
            return hashed == SizeBytes
                ? ContentHash.FromBytes(hash.GetCurrentHash())
                : throw new InvalidOperationException($"Byte {hashed} of the {SizeBytes} bytes of the model was never written.");
        }
    }

    /// <inheritdoc />
    public void Dispose()
    {
        hash.Dispose();
        File.Dispose();
        System.IO.File.Delete(Path);
    }

    private void Join(long start, long end)
    {
        if (start != contiguous)
        {
            islands.Add(start, end);
            return;
        }

        while (islands.Count > 0 && islands.GetKeyAtIndex(0) == end)
        {
            end = islands.GetValueAtIndex(0);
            islands.RemoveAt(0);
        }

        Volatile.Write(ref contiguous, end);
    }

    // A piece that becomes contiguous just after the holder looked waits for the next write, or for Hash.
    private void CarryHashOn()
    {
        if (!hashing.TryEnter())
        {
            return;
        }

        try
        {
            HashContiguous();
        }
        finally
        {
            hashing.Exit();
        }
    }

    private void HashContiguous()
    {
        var buffer = ArrayPool<byte>.Shared.Rent(HashPieceBytes);
        try
        {
            for (var ready = Volatile.Read(ref contiguous); hashed < ready; ready = Volatile.Read(ref contiguous))
            {
                var piece = buffer.AsSpan(0, (int)Math.Min(HashPieceBytes, ready - hashed));
                FileBytes.ReadExactly(File, piece, hashed);
                hash.AppendData(piece);
                hashed += piece.Length;
                if (Durable)
                {
                    writeback.Reached(File, hashed);
                }
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}

using System.Buffers;
using System.Buffers.Binary;
using Distributed.Algorithms.Tensors;
using Distributed.Protocols.Refusals;
using Distributed.Protocols.Transfers;
using Microsoft.Win32.SafeHandles;

namespace Distributed.Coordinator.Storage;

/// <summary>
/// A complete update, read by position from any thread. Whole blocks are read and their checksums compared, so that no flipped bit enters an aggregate
/// (guarantee G7). As <see cref="ITensorReader"/> it counts from the first byte behind the safetensors header.
/// </summary>
internal sealed class SpoolReader : ITensorReader, IDisposable
{
    private readonly uint[] blocks;
    private readonly string path;
    private SafeFileHandle? file;

    private SpoolReader(SafeFileHandle file, string path, SpooledUpdate update, uint[] blocks) =>
        (this.file, this.path, Update, this.blocks) = (file, path, update, blocks);

    /// <summary>What its header says.</summary>
    public SpooledUpdate Update { get; }

    /// <summary>Where the tensors' data begins in the safetensors bytes.</summary>
    public int DataOffset { get; private set; }

    /// <summary>Opens a complete spool file.</summary>
    /// <exception cref="StorageException">It is not there, or damaged (UpdateChecksum).</exception>
    public static SpoolReader Open(string path)
    {
        SafeFileHandle? file = null;
        try
        {
            file = File.OpenHandle(path);
            var update = ReadHeader(file, path);
            var reader = new SpoolReader(file, path, update, ReadTable(file, path, update));
            reader.DataOffset = reader.ReadDataOffset();
            return reader;
        }
        catch (Exception error)
        {
            file?.Dispose();
            throw error is FileNotFoundException or DirectoryNotFoundException or EndOfStreamException ? Damaged(path, "is missing or cut short", null, error) : error;
        }
    }

    /// <summary>Closes the file until it is read, and after each read from now on: of many updates only those that are being read are open.</summary>
    public void KeepClosed()
    {
        file?.Dispose();
        file = null;
    }

    /// <summary>Reads the header alone; cheap enough for a scan.</summary>
    /// <exception cref="StorageException">It is damaged (UpdateChecksum).</exception>
    public static SpooledUpdate ReadHeader(SafeFileHandle file, string path)
    {
        Span<byte> header = stackalloc byte[SpoolHeader.Bytes];
        FileBytes.ReadExactly(file, header, 0);
        var update = SpoolHeader.Read(header) ?? throw Damaged(path, "has a damaged header", null);
        return RandomAccess.GetLength(file) == SpoolHeader.FileBytes(update.SizeBytes) ? update : throw Damaged(path, "has the wrong length", update);
    }

    /// <inheritdoc />
    /// <exception cref="StorageException">A block does not match its checksum (UpdateChecksum); <see cref="StorageException.Update"/> says whose it is.</exception>
    public ReadOnlySpan<byte> Read(long offset, Span<byte> buffer)
    {
        ReadFile(DataOffset + offset, buffer);
        return buffer;
    }

    /// <summary>Reads safetensors bytes, header included, from <paramref name="offset"/> on.</summary>
    /// <exception cref="StorageException">As <see cref="Read"/>.</exception>
    public void ReadFile(long offset, Span<byte> destination)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(destination.Length, Update.SizeBytes - offset);

        var inBlock = (int)(offset % SpoolHeader.BlockBytes);
        if (inBlock > 0 && destination.Length > 0)
        {
            var taken = ReadPartOfBlock(offset / SpoolHeader.BlockBytes, inBlock, destination);
            offset += taken;
            destination = destination[taken..];
        }

        // Whole blocks go straight to their destination; the last block of the file is whole at its own, shorter length.
        var first = offset / SpoolHeader.BlockBytes;
        var whole = offset + destination.Length == Update.SizeBytes ? destination.Length : destination.Length / SpoolHeader.BlockBytes * SpoolHeader.BlockBytes;
        ReadBlocks(first, destination[..whole]);
        if (whole < destination.Length)
        {
            ReadPartOfBlock((offset + whole) / SpoolHeader.BlockBytes, 0, destination[whole..]);
        }
    }

    /// <summary>The safetensors bytes up to the data: length and JSON header.</summary>
    /// <exception cref="StorageException">As <see cref="Read"/>.</exception>
    public byte[] ReadTensorHeader()
    {
        var header = new byte[DataOffset];
        ReadFile(0, header);
        return header;
    }

    /// <inheritdoc />
    public void Dispose() => file?.Dispose();

    private int ReadDataOffset()
    {
        Span<byte> prefix = stackalloc byte[Safetensors.PrefixBytes];
        ReadFile(0, prefix);
        return Safetensors.PrefixBytes + Safetensors.ReadHeaderLength(prefix);
    }

    private int ReadPartOfBlock(long block, int start, Span<byte> destination)
    {
        var size = (int)Math.Min(SpoolHeader.BlockBytes, Update.SizeBytes - (block * SpoolHeader.BlockBytes));
        var scratch = ArrayPool<byte>.Shared.Rent(size);
        try
        {
            ReadBlocks(block, scratch.AsSpan(0, size));
            var taken = Math.Min(size - start, destination.Length);
            scratch.AsSpan(start, taken).CopyTo(destination);
            return taken;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(scratch);
        }
    }

    private void ReadBlocks(long first, Span<byte> destination)
    {
        try
        {
            using var once = file is null ? File.OpenHandle(path) : null;
            FileBytes.ReadExactly(file ?? once!, destination, SpoolHeader.Bytes + (first * SpoolHeader.BlockBytes));
        }
        catch (Exception error) when (error is EndOfStreamException or FileNotFoundException or DirectoryNotFoundException)
        {
            throw Damaged(path, "is missing or was cut short", Update, error);
        }

        for (var block = first; destination.Length > 0; block++)
        {
            var size = Math.Min(SpoolHeader.BlockBytes, destination.Length);
            if (Crc32C.Of(destination[..size]) != blocks[block])
            {
                throw Damaged(path, $"has a damaged block at byte {block * SpoolHeader.BlockBytes}", Update);
            }

            destination = destination[size..];
        }
    }

    private static uint[] ReadTable(SafeFileHandle file, string path, SpooledUpdate update)
    {
        var footer = new byte[SpoolHeader.FooterBytes(update.SizeBytes)];
        FileBytes.ReadExactly(file, footer, SpoolHeader.Bytes + update.SizeBytes);
        var table = footer.AsSpan(0, footer.Length - sizeof(uint));
        if (Crc32C.Of(table) != BinaryPrimitives.ReadUInt32LittleEndian(footer.AsSpan(table.Length)))
        {
            throw Damaged(path, "has a damaged table of checksums", update);
        }

        var blocks = new uint[table.Length / sizeof(uint)];
        for (var i = 0; i < blocks.Length; i++)
        {
            blocks[i] = BinaryPrimitives.ReadUInt32LittleEndian(table[(i * sizeof(uint))..]);
        }

        return blocks;
    }

    private static StorageException Damaged(string path, string how, SpooledUpdate? update, Exception? inner = null) => new(
        new Refusal(RefusalCode.UpdateChecksum, $"The spool file {Path.GetFileName(path)} {how}{(update is null ? "" : $"; it held update {update.Id}")}."), inner)
    {
        Update = update?.Id,
    };
}

using Distributed.Algorithms.Merging;
using Distributed.Algorithms.Tensors;
using Microsoft.Win32.SafeHandles;

namespace Distributed.Cli.Merging;

/// <summary>A model in a safetensors file, read by position into the caller's buffers; nothing of it is kept in memory but its header.</summary>
internal sealed class ModelFile : ITensorReader, IDisposable
{
    private readonly SafeFileHandle handle;

    private ModelFile(string path, SafeFileHandle handle, SafetensorsHeader header) => (Path, this.handle, Header) = (path, handle, header);

    /// <summary>The file as it was named.</summary>
    public string Path { get; }

    /// <summary>What it holds.</summary>
    public SafetensorsHeader Header { get; }

    /// <summary>The tensors.</summary>
    public TensorManifest Manifest => Header.Manifest;

    /// <summary>The model as merges see it.</summary>
    public StoredModel Stored => new(Path, Manifest, this);

    /// <summary>Opens a file and checks its header against its length.</summary>
    /// <exception cref="SafetensorsException">It is no safetensors file that can be trusted.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">It is a folder, or not for this user.</exception>
    public static ModelFile Open(string path)
    {
        var handle = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.Read);
        try
        {
            using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read);
            return new(path, handle, Safetensors.ReadHeader(stream, stream.Length));
        }
        catch
        {
            handle.Dispose();
            throw;
        }
    }

    /// <summary>The whole model in memory.</summary>
    /// <exception cref="ArgumentException">It exceeds what one array can hold (2 GB).</exception>
    public TensorSet Load()
    {
        var model = new TensorSet(Manifest);
        Fill(0, model.Data.Span);
        return model;
    }

    /// <inheritdoc />
    public ReadOnlySpan<byte> Read(long offset, Span<byte> buffer)
    {
        Fill(offset, buffer);
        return buffer;
    }

    /// <inheritdoc />
    public void Dispose() => handle.Dispose();

    private void Fill(long offset, Span<byte> buffer)
    {
        var at = Header.DataOffset + offset;
        while (buffer.Length > 0)
        {
            var read = RandomAccess.Read(handle, buffer, at);
            if (read == 0)
            {
                throw new EndOfStreamException($"{Path} became shorter while it was read.");
            }

            at += read;
            buffer = buffer[read..];
        }
    }
}

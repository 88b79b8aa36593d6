using Distributed.Algorithms.Tensors;
using Distributed.Cli.Artifacts;
using Microsoft.Win32.SafeHandles;

namespace Distributed.Cli.Merging;

/// <summary>A model that is being written: beside its name until it is whole, then renamed. Whoever reads the name sees the old file or the new one.</summary>
internal sealed class MergedFile : ITensorWriter, IDisposable
{
    private readonly string path;
    private readonly string aside;
    private readonly long dataOffset;
    private readonly SafeFileHandle handle;
    private bool kept;

    private MergedFile(string path, long dataOffset, SafeFileHandle handle, string aside) =>
        (this.path, this.dataOffset, this.handle, this.aside) = (path, dataOffset, handle, aside);

    /// <summary>Begins a file: room for all of it is asked for at once, so that a full disk is known before the work.</summary>
    /// <param name="path">The name that it will get.</param>
    /// <param name="manifest">Its tensors.</param>
    /// <param name="metadata">Free strings to carry along.</param>
    /// <exception cref="IOException">It cannot be written.</exception>
    public static MergedFile Create(string path, TensorManifest manifest, IReadOnlyDictionary<string, string> metadata)
    {
        path = OutputPath.Resolve(path);
        var header = Safetensors.BuildHeader(manifest, metadata);
        var aside = $"{path}.{Guid.NewGuid():N}.tmp";
        var handle = File.OpenHandle(
            aside, FileMode.CreateNew, FileAccess.Write, FileShare.None, preallocationSize: header.Length + manifest.ByteLength);
        var file = new MergedFile(path, header.Length, handle, aside);
        try
        {
            RandomAccess.Write(handle, header, 0);
            return file;
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <inheritdoc />
    public void Write(long offset, ReadOnlySpan<byte> bytes) => RandomAccess.Write(handle, bytes, dataOffset + offset);

    /// <summary>Gives the whole file its name.</summary>
    /// <returns>Its length in bytes.</returns>
    public long Keep()
    {
        var length = RandomAccess.GetLength(handle);
        RandomAccess.FlushToDisk(handle);
        handle.Dispose();
        File.Move(aside, path, overwrite: true);
        kept = true;
        return length;
    }

    /// <summary>Removes what was not kept.</summary>
    public void Dispose()
    {
        handle.Dispose();
        if (!kept)
        {
            File.Delete(aside);
        }
    }
}

using System.Runtime.InteropServices;
using Distributed.Algorithms.Tensors;
using Microsoft.Win32.SafeHandles;

namespace Distributed.Bench.Aggregate;

/// <summary>A model in a file, read and written by position as the spool is.</summary>
internal sealed class FileModel : ITensorReader, ITensorWriter, IDisposable
{
    private readonly SafeFileHandle _file;

    public FileModel(string path, float[] values)
    {
        _file = File.OpenHandle(path, FileMode.Create, FileAccess.ReadWrite, FileShare.None, FileOptions.DeleteOnClose);
        RandomAccess.Write(_file, MemoryMarshal.AsBytes(values.AsSpan()), 0);
    }

    public ReadOnlySpan<byte> Read(long offset, Span<byte> buffer)
    {
        for (var done = 0; done < buffer.Length;)
        {
            var got = RandomAccess.Read(_file, buffer[done..], offset + done);
            done += got > 0 ? got : throw new EndOfStreamException();
        }
        return buffer;
    }

    public void Write(long offset, ReadOnlySpan<byte> bytes) => RandomAccess.Write(_file, bytes, offset);

    public void Dispose() => _file.Dispose();
}

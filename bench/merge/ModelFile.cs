using Distributed.Algorithms.Tensors;
using Microsoft.Win32.SafeHandles;

namespace Distributed.Bench.Merge;

/// <summary>A safetensors file, read or written by position behind its header.</summary>
internal sealed class ModelFile : ITensorReader, ITensorWriter, IDisposable
{
    private readonly SafeFileHandle _file;
    private readonly long _start;

    private ModelFile(SafeFileHandle file, TensorManifest manifest, long start)
    {
        _file = file;
        _start = start;
        Manifest = manifest;
    }

    public TensorManifest Manifest { get; }

    public static ModelFile Open(string path)
    {
        SafetensorsHeader header;
        long start;
        using (var stream = File.OpenRead(path))
        {
            header = Safetensors.ReadHeader(stream, stream.Length);
            start = stream.Position;
        }
        return new ModelFile(File.OpenHandle(path), header.Manifest, start);
    }

    public static ModelFile Create(string path, TensorManifest manifest)
    {
        var header = Safetensors.BuildHeader(manifest);
        var file = File.OpenHandle(path, FileMode.Create, FileAccess.Write);
        RandomAccess.Write(file, header, 0);
        return new ModelFile(file, manifest, header.Length);
    }

    public ReadOnlySpan<byte> Read(long offset, Span<byte> buffer)
    {
        for (var done = 0; done < buffer.Length;)
        {
            var got = RandomAccess.Read(_file, buffer[done..], _start + offset + done);
            done += got > 0 ? got : throw new EndOfStreamException();
        }
        return buffer;
    }

    public void Write(long offset, ReadOnlySpan<byte> bytes) => RandomAccess.Write(_file, bytes, _start + offset);

    public void Dispose() => _file.Dispose();
}

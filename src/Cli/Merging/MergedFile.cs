using Distributed.Algorithms.Tensors;
using Distributed.Cli.Artifacts;
using Microsoft.Win32.SafeHandles;

namespace Distributed.Cli.Merging;

/// <summary>
/// A model that is being written, in a file or in shards: beside its name until it is whole, then renamed. Whoever reads the name sees the old file or the new
/// one; the index of shards comes last.
/// </summary>
internal sealed class MergedFile : ITensorWriter, IDisposable
{
    private readonly string path;
    private readonly List<Part> parts = [];

    private MergedFile(string path) => this.path = path;

    /// <summary>Begins the files: room for all of them is asked for at once, so that a full disk is known before the work.</summary>
    /// <param name="path">The name that it will get.</param>
    /// <param name="manifest">Its tensors.</param>
    /// <param name="metadata">Free strings to carry along.</param>
    /// <param name="shardBytes">Most bytes of tensors in a file; null for one file.</param>
    /// <exception cref="IOException">It cannot be written.</exception>
    public static MergedFile Create(string path, TensorManifest manifest, IReadOnlyDictionary<string, string> metadata, long? shardBytes)
    {
        path = OutputPath.Resolve(path);
        var layout = ShardLayout.Of(path, manifest, shardBytes);
        if (layout.Count > 1 && File.Exists(path))
        {
            throw new IOException($"{path} exists, and whoever loads the folder would take it for the shards beside it; remove it, or give another name.");
        }

        var file = new MergedFile(path);
        try
        {
            foreach (var shard in layout)
            {
                file.parts.Add(Part.Create(shard, metadata));
            }

            return file;
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <inheritdoc />
    public void Write(long offset, ReadOnlySpan<byte> bytes)
    {
        foreach (var part in parts.SkipWhile(part => part.End <= offset))
        {
            if (bytes.IsEmpty)
            {
                return;
            }

            var piece = bytes[..(int)Math.Min(bytes.Length, part.End - offset)];
            RandomAccess.Write(part.Handle, piece, part.DataOffset + offset - part.Layout.Start);
            offset += piece.Length;
            bytes = bytes[piece.Length..];
        }
    }

    /// <summary>Gives the whole its name.</summary>
    /// <returns>Its length in bytes.</returns>
    public long Keep()
    {
        long length = 0;
        foreach (var part in parts)
        {
            length += RandomAccess.GetLength(part.Handle);
            RandomAccess.FlushToDisk(part.Handle);
            part.Handle.Dispose();
        }

        foreach (var part in parts)
        {
            File.Move(part.Aside, part.Target, overwrite: true);
        }

        if (parts.Count > 1)
        {
            WriteIndex();
        }

        return length;
    }

    /// <summary>Removes what was not kept.</summary>
    public void Dispose()
    {
        foreach (var part in parts)
        {
            part.Handle.Dispose();
            File.Delete(part.Aside);
        }
    }

    private void WriteIndex()
    {
        var index = OutputPath.Resolve(ShardLayout.Index(path));
        var aside = $"{index}.{Guid.NewGuid():N}.tmp";
        try
        {
            var shards = from part in parts from entry in part.Layout.Manifest select KeyValuePair.Create(entry.Name, Path.GetFileName(part.Layout.Name));
            new ShardIndex(shards.ToDictionary(StringComparer.Ordinal)).Write(aside, parts.Sum(part => part.Layout.Manifest.ByteLength));
            File.Move(aside, index, overwrite: true);
        }
        finally
        {
            File.Delete(aside);
        }
    }

    /// <summary>One file on its way.</summary>
    private sealed record Part(ShardLayout Layout, string Target, string Aside, SafeFileHandle Handle, long DataOffset)
    {
        public long End => Layout.Start + Layout.Manifest.ByteLength;

        public static Part Create(ShardLayout layout, IReadOnlyDictionary<string, string> metadata)
        {
            var target = OutputPath.Resolve(layout.Name);
            var header = Safetensors.BuildHeader(layout.Manifest, metadata);
            var aside = $"{target}.{Guid.NewGuid():N}.tmp";
            var handle = File.OpenHandle(
                aside, FileMode.CreateNew, FileAccess.Write, FileShare.None, preallocationSize: header.Length + layout.Manifest.ByteLength);
            try
            {
                RandomAccess.Write(handle, header, 0);
                return new(layout, target, aside, handle, header.Length);
            }
            catch
            {
                handle.Dispose();
                File.Delete(aside);
                throw;
            }
        }
    }
}

using System.Collections.Immutable;
using Distributed.Algorithms.Merging;
using Distributed.Algorithms.Tensors;
using Microsoft.Win32.SafeHandles;

namespace Distributed.Cli.Merging;

/// <summary>
/// A model in a safetensors file, or in several, read by position into the caller's buffers; nothing of it is kept in memory but its headers. The data of shards
/// lies one behind the other.
/// </summary>
internal sealed class ModelFile : ITensorReader, IDisposable
{
    private readonly ImmutableArray<Shard> shards;

    private ModelFile(string path, ImmutableArray<Shard> shards)
    {
        (Path, this.shards) = (path, shards);
        Manifest = shards.Length == 1 ? shards[0].Header.Manifest : new TensorManifest(shards.SelectMany(shard => shard.Header.Manifest));
        Metadata = shards[0].Header.Metadata;
    }

    /// <summary>The file or the folder as it was named.</summary>
    public string Path { get; }

    /// <summary>The files that are read.</summary>
    public IEnumerable<string> Files => shards.Select(shard => shard.Path);

    /// <summary>The tensors.</summary>
    public TensorManifest Manifest { get; }

    /// <summary>The free strings of the first file.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; }

    /// <summary>What its user may not know: that it is only a part of a model; null otherwise.</summary>
    public string? Note => shards.Length == 1 && ModelFolder.ShardCount(shards[0].Path) is > 1 and var count
        ? $"{Path} is one of {count} shards of a model; name its folder for the whole of it"
        : null;

    /// <summary>The model as merges see it.</summary>
    public StoredModel Stored => new(Path, Manifest, this);

    /// <summary>Opens a model and checks every header against its file's length.</summary>
    /// <param name="path">A safetensors file, an index of shards, or a folder with one of them.</param>
    /// <exception cref="SafetensorsException">It is no model that can be trusted.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">It is not for this user.</exception>
    public static ModelFile Open(string path)
    {
        var file = ModelFolder.Find(path);
        var opened = ImmutableArray.CreateBuilder<Shard>();
        try
        {
            if (file.EndsWith(".json", StringComparison.OrdinalIgnoreCase))
            {
                OpenShards(file, opened);
            }
            else
            {
                opened.Add(Shard.Open(file, 0));
            }

            return new(path, opened.ToImmutable());
        }
        catch
        {
            foreach (var shard in opened)
            {
                shard.Handle.Dispose();
            }

            throw;
        }
    }

    /// <summary>The whole model in memory.</summary>
    /// <exception cref="ArgumentException">It exceeds what one array can hold (2 GB).</exception>
    public TensorSet Load()
    {
        var model = new TensorSet(Manifest);
        Read(0, model.Data.Span);
        return model;
    }

    /// <inheritdoc />
    public ReadOnlySpan<byte> Read(long offset, Span<byte> buffer)
    {
        var rest = buffer;
        foreach (var shard in shards)
        {
            if (rest.IsEmpty)
            {
                break;
            }

            if (offset < shard.End)
            {
                var piece = rest[..(int)Math.Min(rest.Length, shard.End - offset)];
                shard.Fill(offset, piece);
                offset += piece.Length;
                rest = rest[piece.Length..];
            }
        }

        return buffer;
    }

    /// <inheritdoc />
    public void Dispose()
    {
        foreach (var shard in shards)
        {
            shard.Handle.Dispose();
        }
    }

    private static void OpenShards(string file, ImmutableArray<Shard>.Builder opened)
    {
        var index = ShardIndex.Read(file);
        var folder = System.IO.Path.GetDirectoryName(file) ?? "";
        if (index.Shards.Where(shard => !File.Exists(System.IO.Path.Combine(folder, shard))).ToArray() is { Length: > 0 } missing)
        {
            throw Broken($"The index names {index.Shards.Count} shards, of which {missing.Length} are missing: {string.Join(", ", missing.Take(5).Select(Printable.Of))}.");
        }

        var places = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var shard in index.Shards)
        {
            try
            {
                opened.Add(Shard.Open(System.IO.Path.Combine(folder, shard), opened.Count == 0 ? 0 : opened[^1].End));
            }
            catch (SafetensorsException error)
            {
                throw new SafetensorsException(error.Problem, $"{shard}: {error.Message}");
            }

            foreach (var entry in opened[^1].Header.Manifest)
            {
                if (!places.TryAdd(entry.Name, shard))
                {
                    throw Broken($"it lies in {Printable.Of(places[entry.Name])} and in {Printable.Of(shard)}.", entry.Name);
                }
            }
        }

        foreach (var (name, shard) in index.WeightMap)
        {
            if (!places.TryGetValue(name, out var place) || place != shard)
            {
                throw Broken($"the index says that it lies in {Printable.Of(shard)}, where it is not.", name);
            }
        }
    }

    private static SafetensorsException Broken(string message, string? tensor = null) => new(SafetensorsProblem.Malformed, message, tensor);

    /// <summary>One file, and where its data begins in the model's.</summary>
    private sealed record Shard(string Path, SafeFileHandle Handle, SafetensorsHeader Header, long Start)
    {
        public long End => Start + Header.Manifest.ByteLength;

        public static Shard Open(string path, long start)
        {
            var handle = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.Read);
            try
            {
                using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read);
                return new(path, handle, Safetensors.ReadHeader(stream, stream.Length), start);
            }
            catch
            {
                handle.Dispose();
                throw;
            }
        }

        public void Fill(long offset, Span<byte> buffer)
        {
            var at = Header.DataOffset + offset - Start;
            while (buffer.Length > 0)
            {
                var read = RandomAccess.Read(Handle, buffer, at);
                if (read == 0)
                {
                    throw new EndOfStreamException($"{Path} became shorter while it was read.");
                }

                at += read;
                buffer = buffer[read..];
            }
        }
    }
}

using System.Buffers;
using System.Buffers.Binary;
using System.Text.Json;

namespace Distributed.Algorithms.Tensors;

/// <summary>Writes headers: deterministic, in the manifest's order, the data aligned.</summary>
internal static class SafetensorsHeaderBuilder
{
    private const int Alignment = 8;

    public static byte[] Build(TensorManifest manifest, IReadOnlyDictionary<string, string>? metadata)
    {
        ArgumentNullException.ThrowIfNull(manifest);
        var buffer = new ArrayBufferWriter<byte>();
        buffer.Write(stackalloc byte[Safetensors.PrefixBytes]);
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            WriteMetadata(json, manifest, metadata);
            foreach (var entry in manifest.Entries) WriteTensor(json, entry);
            json.WriteEndObject();
        }
        var padding = (Alignment - (buffer.WrittenCount % Alignment)) % Alignment;
        buffer.GetSpan(Alignment)[..padding].Fill((byte)' ');
        buffer.Advance(padding);

        var bytes = buffer.WrittenSpan.ToArray();
        var length = bytes.Length - Safetensors.PrefixBytes;
        if (length > Safetensors.MaxHeaderBytes || manifest.Count > Safetensors.MaxTensors)
            throw new ArgumentException(
                $"A header of {length} bytes for {manifest.Count} tensors would be refused by every reader.", nameof(manifest));
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, (ulong)length);
        return bytes;
    }

    private static void WriteMetadata(Utf8JsonWriter json, TensorManifest manifest, IReadOnlyDictionary<string, string>? metadata)
    {
        var buffers = manifest.Entries.Where(e => e.IsBuffer).Select(e => e.Name).ToArray();
        if (metadata?.ContainsKey(Safetensors.BuffersKey) == true)
            throw new ArgumentException($"The key {Safetensors.BuffersKey} is reserved.", nameof(metadata));
        if (buffers.Length == 0 && metadata is not { Count: > 0 }) return;

        json.WriteStartObject("__metadata__");
        if (buffers.Length > 0) json.WriteString(Safetensors.BuffersKey, JsonSerializer.Serialize(buffers));
        foreach (var (key, value) in (metadata ?? new Dictionary<string, string>()).OrderBy(p => p.Key, StringComparer.Ordinal))
            json.WriteString(key, value);
        json.WriteEndObject();
    }

    private static void WriteTensor(Utf8JsonWriter json, TensorEntry entry)
    {
        if (SafetensorsHeaderParser.NameProblem(entry.Name) is { } problem)
            throw new ArgumentException($"Tensor {Printable.Of(entry.Name)}: {problem}");
        json.WriteStartObject(entry.Name);
        json.WriteString("dtype"u8, entry.DType.ToString());
        json.WriteStartArray("shape"u8);
        foreach (var extent in entry.Shape) json.WriteNumberValue(extent);
        json.WriteEndArray();
        json.WriteStartArray("data_offsets"u8);
        json.WriteNumberValue(entry.Offset);
        json.WriteNumberValue(entry.Offset + entry.ByteLength);
        json.WriteEndArray();
        json.WriteEndObject();
    }
}

using System.Buffers;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Distributed.Protocols.Transfers;

namespace Distributed.Coordinator.Storage;

/// <summary>The file of a grain's state: one line with ETag and checksum, then the state as JSON.</summary>
internal sealed class StateFile
{
    private const int LongestName = 200;
    private static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,
        NumberHandling = System.Text.Json.Serialization.JsonNumberHandling.AllowNamedFloatingPointLiterals,
    };

    private static readonly SearchValues<char> Plain = SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789-_");
    private readonly byte[] json;

    private StateFile(string etag, byte[] json) => (ETag, this.json) = (etag, json);

    /// <summary>The stored ETag.</summary>
    public string ETag { get; }

    /// <summary>The bytes of a file.</summary>
    public static byte[] Write<T>(string grain, string etag, T state)
    {
        var json = JsonSerializer.SerializeToUtf8Bytes(state, Options);
        var line = JsonSerializer.SerializeToUtf8Bytes(new FirstLine(grain, etag, Checksum(json)), JsonSerializerOptions.Web);
        return [.. line, (byte)'\n', .. json];
    }

    /// <summary>Reads a file; null when there is none.</summary>
    /// <exception cref="InvalidDataException">It is damaged; the text names it.</exception>
    public static StateFile? Read(string path)
    {
        if (!File.Exists(path))
        {
            return null;
        }

        var bytes = File.ReadAllBytes(path);
        var end = bytes.AsSpan().IndexOf((byte)'\n');
        try
        {
            if (end > 0 && JsonSerializer.Deserialize<FirstLine>(bytes.AsSpan(0, end), JsonSerializerOptions.Web) is { ETag.Length: > 0 } line)
            {
                var json = bytes[(end + 1)..];
                return line.Crc32C == Checksum(json) ? new StateFile(line.ETag, json) : throw Damaged(path);
            }
        }
        catch (JsonException error)
        {
            throw Damaged(path, error);
        }

        throw Damaged(path);
    }

    /// <summary>The state.</summary>
    /// <exception cref="InvalidDataException">The JSON is not that of the type; the text names the file.</exception>
    public T StateAs<T>(string path)
    {
        try
        {
            return JsonSerializer.Deserialize<T>(json, Options)!;
        }
        catch (JsonException error)
        {
            throw new InvalidDataException($"The state file {path} does not hold a {typeof(T).Name}: {error.Message}", error);
        }
    }

    /// <summary>A file name for any text: plain characters as they are, others as %XX; very long ones by their hash. Different texts, different names.</summary>
    public static string SafeName(string text)
    {
        var name = new StringBuilder();
        foreach (var value in Encoding.UTF8.GetBytes(text))
        {
            _ = Plain.Contains((char)value) ? name.Append((char)value) : name.Append(CultureInfo.InvariantCulture, $"%{value:X2}");
        }

        return name.Length <= LongestName ? name.ToString() : "%" + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));
    }

    private static string Checksum(ReadOnlySpan<byte> json) => Protocols.Transfers.Crc32C.Of(json).ToString("x8", CultureInfo.InvariantCulture);

    private static InvalidDataException Damaged(string path, Exception? inner = null) => new(
        $"The state file {path} is damaged. Restore it, or move it away: runs are rebuilt from their manifests and the spool.", inner);

    private sealed record FirstLine(string Grain, string ETag, string Crc32C);
}

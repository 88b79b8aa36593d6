using System.Text.Json;
using System.Text.Json.Serialization;
using Distributed.Protocols.Identities;
using Distributed.Protocols.Refusals;
using Distributed.Protocols.Transfers;

namespace Distributed.Coordinator.Storage;

/// <summary>A <see cref="ModelVersion"/> as the JSON of its manifest. The last property is a CRC-32C over the JSON without it.</summary>
internal static class ManifestFile
{
    private static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
    };

    /// <summary>The bytes of the manifest; same version, same bytes.</summary>
    public static byte[] Write(ModelVersion version)
    {
        var content = new Content(
            version.RunId, version.Version, version.Round, version.Hash.Hex, version.Parent.Hex, version.Term, version.SizeBytes,
            [.. version.Updates.Select(hash => hash.Hex)], "");
        return Serialize(content with { Crc32C = Checksum(content) });
    }

    /// <summary>Reads a manifest.</summary>
    /// <exception cref="StorageException">It is damaged or not the one that its name says (CheckpointCorrupt, naming the file).</exception>
    public static ModelVersion Read(string path, string runId, long number)
    {
        Content? content;
        try
        {
            content = JsonSerializer.Deserialize<Content>(File.ReadAllBytes(path), Options);
        }
        catch (JsonException error)
        {
            throw Damaged(path, "is not a manifest", error);
        }

        if (content is null || content.Crc32C != Checksum(content with { Crc32C = "" }))
        {
            throw Damaged(path, "does not match its checksum");
        }

        if (content.Run != runId || content.Version != number)
        {
            throw Damaged(path, $"is the manifest of version {content.Version} of another run or version");
        }

        return new ModelVersion(
            content.Run, content.Version, content.Round, Hash(content.Hash), Hash(content.Parent), content.Term, content.SizeBytes,
            [.. content.Updates.Select(Hash)]);
    }

    private static byte[] Serialize(Content content) => [.. JsonSerializer.SerializeToUtf8Bytes(content, Options), (byte)'\n'];

    private static string Checksum(Content content) => Protocols.Transfers.Crc32C.Of(Serialize(content)).ToString("x8", null);

    private static ContentHash Hash(string hex) => ContentHash.TryParse(hex, out var hash) ? hash : default;

    private static StorageException Damaged(string path, string how, Exception? inner = null) =>
        new(new Refusal(RefusalCode.CheckpointCorrupt, $"The manifest {path} {how}."), inner);

    private sealed record Content(
        string Run, long Version, int Round, string Hash, string Parent, long Term, long SizeBytes, IReadOnlyList<string> Updates, string Crc32C);
}

using System.Security.Cryptography;

namespace Distributed.Protocols.Identities;

/// <summary>SHA-256 of a file's bytes, held as 64 lower-case hexadecimal characters.</summary>
public readonly record struct ContentHash
{
    private readonly string? hex;

    private ContentHash(string hex) => this.hex = hex;

    /// <summary>Length of the binary form.</summary>
    public const int SizeBytes = SHA256.HashSizeInBytes;

    /// <summary>64 lower-case hexadecimal characters; empty for the default value.</summary>
    public string Hex => hex ?? "";

    /// <summary>Whether this is the default value, not a hash.</summary>
    public bool IsEmpty => hex is null;

    /// <summary>Hash of <paramref name="data"/>.</summary>
    public static ContentHash Of(ReadOnlySpan<byte> data) => FromBytes(SHA256.HashData(data));

    /// <summary>Takes a finished digest.</summary>
    /// <exception cref="ArgumentException">It is not 32 bytes.</exception>
    public static ContentHash FromBytes(ReadOnlySpan<byte> digest) => TryFromBytes(digest, out var hash)
        ? hash
        : throw new ArgumentException($"A SHA-256 digest has {SizeBytes} bytes, got {digest.Length}.", nameof(digest));

    /// <summary>Takes a digest that came from outside; false when it is not 32 bytes.</summary>
    public static bool TryFromBytes(ReadOnlySpan<byte> digest, out ContentHash hash)
    {
        hash = digest.Length == SizeBytes ? new ContentHash(Convert.ToHexStringLower(digest)) : default;
        return !hash.IsEmpty;
    }

    /// <summary>Reads the hexadecimal form; false when it is not 64 hexadecimal characters.</summary>
    public static bool TryParse(string? text, out ContentHash hash)
    {
        hash = text is { Length: 2 * SizeBytes } && text.All(char.IsAsciiHexDigit) ? new ContentHash(text.ToLowerInvariant()) : default;
        return !hash.IsEmpty;
    }

    /// <summary>The binary form, 32 bytes.</summary>
    public byte[] ToBytes() => Convert.FromHexString(Hex);

    /// <inheritdoc />
    public override string ToString() => Hex;
}

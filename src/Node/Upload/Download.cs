using System.Security.Cryptography;
using Distributed.Protocols.Identities;
using Distributed.Protocols.Refusals;
using Distributed.Protocols.Transfers;

namespace Distributed.Node.Upload;

/// <summary>
/// The receiving end of one model: keeps what arrived over broken connections and hashes it on the way, so that the bytes are touched once. Not for
/// concurrent use.
/// </summary>
internal sealed class Download(long version, ContentHash? known, ModelMemory memory) : IDownload, IDisposable
{
    private readonly IncrementalHash sha256 = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private ContentHash? expected = known;
    private byte[]? bytes;

    public string What => $"version {version}";

    public long Received { get; private set; }

    public bool IsComplete => bytes is not null && Received == bytes.Length;

    public void Begin(Frame frame)
    {
        if (frame.Model is not { } header)
        {
            throw Corrupt("The download of a model begins with another header.");
        }

        if (header.Version != (ulong)version || !ContentHash.TryFromBytes(header.Sha256.Span, out var hash) || (expected is { } wanted && hash != wanted))
        {
            throw Corrupt($"Version {version} with hash {expected} was asked for, version {header.Version} with another hash is sent.");
        }

        expected = hash;
        if (header.SizeBytes > (ulong)Array.MaxLength)
        {
            throw new TransferFailedException(new(RefusalCode.ModelFormat, $"A model of {header.SizeBytes} bytes does not fit one buffer (2 GB)."));
        }

        if (bytes is null)
        {
            bytes = memory.Rent((int)header.SizeBytes);
        }
        else if (bytes.Length != (int)header.SizeBytes)
        {
            throw Corrupt($"The model had {bytes.Length} bytes before the interruption and has {header.SizeBytes} now.");
        }
    }

    public bool Append(ReceivedChunk chunk)
    {
        if (bytes is null || chunk.Offset != Received || chunk.Data.Length > bytes.Length - Received)
        {
            throw Corrupt($"A chunk at {chunk.Offset} does not follow byte {Received} of the model.");
        }

        if (!chunk.IsIntact())
        {
            return false;
        }

        chunk.Data.Span.CopyTo(bytes.AsSpan((int)Received));
        sha256.AppendData(chunk.Data.Span);
        Received += chunk.Data.Length;
        return true;
    }

    /// <summary>Checks the hash of the whole and hands the bytes over.</summary>
    public ModelFile Finish()
    {
        var hash = ContentHash.FromBytes(sha256.GetHashAndReset());
        if (hash != expected)
        {
            throw Corrupt($"The received model has hash {hash}, not {expected}.");
        }

        var file = ModelFile.Of(bytes!, hash);
        bytes = null;
        return file;
    }

    public void Dispose()
    {
        sha256.Dispose();
        if (bytes is not null)
        {
            memory.Return(bytes);
        }
    }

    private static TransferFailedException Corrupt(string text) => new(new(RefusalCode.CheckpointCorrupt, text));
}

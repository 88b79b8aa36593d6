using Distributed.Algorithms.Tensors;
using Distributed.Coordinator.Storage;
using Distributed.Protocols.Identities;
using Distributed.Protocols.Transfers;

namespace Distributed.Coordinator.Tests.Support;

/// <summary>Small models as safetensors bytes, and the updates they are.</summary>
internal static class Models
{
    public static TensorManifest Manifest(int size = 20_000) =>
        new([new TensorEntry("fc.weight", TensorDType.F32, [size, 3]), new TensorEntry("fc.bias", TensorDType.F32, [size]), new TensorEntry("steps", TensorDType.I64, [], isBuffer: true)]);

    public static byte[] Bytes(int seed = 1, TensorManifest? manifest = null)
    {
        var set = new TensorSet(manifest ?? Manifest());
        var random = new Random(seed);
        foreach (var entry in set.Manifest.Entries.Where(entry => entry.DType == TensorDType.F32))
        {
            foreach (ref var value in set.Values<float>(entry.Name))
            {
                value = random.NextSingle() - 0.5f;
            }
        }

        return Bytes(set);
    }

    public static byte[] Bytes(TensorSet set)
    {
        using var stream = new MemoryStream();
        Safetensors.Write(stream, set);
        return stream.ToArray();
    }

    public static SpooledUpdate Update(byte[] bytes, int client = 0, int round = 1, string run = "run-a", double weight = 10) =>
        new(new UpdateId(run, round, client, round - 1), ContentHash.Of(bytes), bytes.Length, "node-1", weight, 10, 0.5, 1.5);

    public static Protocols.Refusals.Refusal? AppendAll(ISpoolWriter writer, ReadOnlySpan<byte> bytes, int pieceBytes = 50_000)
    {
        for (; bytes.Length > 0; bytes = bytes[Math.Min(pieceBytes, bytes.Length)..])
        {
            var piece = bytes[..Math.Min(pieceBytes, bytes.Length)];
            if (writer.Append(piece, Crc32C.Of(piece)) is { } refusal)
            {
                return refusal;
            }
        }

        return null;
    }
}

/// <summary>Looks at nothing; counts.</summary>
internal sealed class NoInspection : IUpdateInspector
{
    public long Seen { get; private set; }

    public Protocols.Refusals.Refusal? Inspect(ReadOnlySpan<byte> bytes)
    {
        Seen += bytes.Length;
        return null;
    }

    public Protocols.Refusals.Refusal? Finish() => null;
}

using Distributed.Algorithms.Merging;
using Distributed.Algorithms.Merging.Residuals;
using Distributed.Algorithms.Tensors;
using Xunit;

namespace Distributed.Algorithms.Tests.Merging.Residuals;

/// <summary>Residuals through the bytes of a file.</summary>
internal static class StoredResiduals
{
    public static (ResidualEncoding Encoding, TensorSet Decoded) RoundTrip(TensorSet origin, TensorSet tuned, ResidualParameters parameters)
    {
        var (encoding, header, stored) = Store(origin, tuned, parameters);
        var decoder = new ResidualDecoder(Merges.Source(origin), new MergeSource("residual", header.Manifest, stored), header.Metadata);
        Assert.Empty(decoder.Problems);
        var decoded = new TensorSet(decoder.Manifest);
        Assert.Equal(MergeOutcome.Merged, decoder.Write(decoded).Outcome);
        return (encoding, decoded);
    }

    /// <summary>Encodes, writes and reads back.</summary>
    public static (ResidualEncoding Encoding, SafetensorsHeader Header, TensorSet Stored) Store(
        TensorSet origin, TensorSet tuned, ResidualParameters parameters)
    {
        var encoding = ResidualEncoder.Encode(Merges.Source(origin, name: "base"), Merges.Source(tuned, name: "tuned"), parameters);
        Assert.Empty(encoding.Problems);
        using var file = new MemoryStream();
        Safetensors.Write(file, encoding.Manifest, encoding.Data, encoding.Metadata);
        file.Position = 0;
        var header = Safetensors.ReadHeader(file, file.Length);
        file.Position = 0;
        return (encoding, header, Safetensors.Load(file));
    }
}

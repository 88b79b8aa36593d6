using System.Buffers.Binary;
using System.Text;
using Distributed.Algorithms.Tensors;
using Distributed.Coordinator.Admission;
using Distributed.Coordinator.Tests.Support;
using Distributed.Protocols.Refusals;

namespace Distributed.Coordinator.Tests.Admission;

public sealed class UpdateInspectorTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(8)]
    [InlineData(9)]
    [InlineData(300)]
    [InlineData(1 << 20)]
    public void Inspect_GoodModelCutAnywhere_Admitted(int pieceBytes)
    {
        var manifest = Models.Manifest(50);
        Assert.Null(Inspect(Models.Bytes(1, manifest), manifest, pieceBytes));
        Assert.Null(Inspect(Models.Bytes(1, manifest), null, pieceBytes));
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    [InlineData(float.NegativeInfinity)]
    public void Inspect_NonFinite_NamesTheTensor(float value)
    {
        var set = new TensorSet(Models.Manifest());
        set.Values<float>("fc.bias")[^1] = value;
        var refusal = Inspect(Models.Bytes(set), set.Manifest, 1001)!;
        Assert.Equal(RefusalCode.UpdateNonFinite, refusal.Code);
        Assert.Contains("'fc.bias'", refusal.Message, StringComparison.Ordinal);
        Assert.Equal(RefusalCode.UpdateNonFinite, Inspect(Models.Bytes(set), null, 1001)!.Code);
    }

    [Fact]
    public void Inspect_OtherShapesNamesTypes_ListsExpectedAndGot()
    {
        var other = new TensorManifest(
            [new TensorEntry("fc.weight", TensorDType.F32, [3, 50]), new TensorEntry("extra", TensorDType.F16, [2]), new TensorEntry("steps", TensorDType.I32, [], isBuffer: true)]);
        var refusal = Inspect(Models.Bytes(1, other), Models.Manifest(50), 64)!;
        Assert.Equal(RefusalCode.UpdateShape, refusal.Code);
        foreach (var expected in new[] { "'fc.weight': expected F32[50, 3], got F32[3, 50]", "'fc.bias': expected F32[50], got nothing", "'extra': expected nothing", "'steps': expected I64[]" })
        {
            Assert.Contains(expected, refusal.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Inspect_ManyDifferences_ListsFive()
    {
        var other = new TensorManifest(Enumerable.Range(0, 100).Select(i => new TensorEntry($"t{i}", TensorDType.F32, [1])));
        Assert.Equal(5, Inspect(Models.Bytes(1, other), Models.Manifest(50), 1 << 20)!.Message.Split("expected").Length - 1);
    }

    [Fact]
    public void Inspect_RightBytesUnderAnotherName_Refused()
    {
        var text = Models.Bytes(1, Models.Manifest(50));
        var at = text.AsSpan().IndexOf("fc.bias"u8);
        text[at + 3] = (byte)'B';
        Assert.Equal(RefusalCode.UpdateShape, Inspect(text, Models.Manifest(50), 100)!.Code);
    }

    [Fact]
    public void Inspect_HostileHeaders_ModelFormat()
    {
        byte[][] hostile =
        [
            Header(1L << 30, "{}"),
            Header(long.MaxValue, "{}"),
            Header(200, "{}"),
            Header(2, "{}") is var empty ? [.. empty, 1, 2, 3] : [],
            Header(2, "[]"),
            Text("{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]},\"b\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[4,12]}}", 12),
            Text("{\"a\":{\"dtype\":\"F32\",\"shape\":[4611686018427387904,4],\"data_offsets\":[0,8]}}", 8),
            Text("{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]},\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}}", 4),
            [0x80, 0x02, .. "cposix\nsystem\n"u8],
            [.. "PK\x03\x04"u8, .. new byte[100]],
            [1, 2, 3],
        ];
        foreach (var bytes in hostile)
        {
            foreach (var piece in new[] { 1, 5, 1 << 20 })
            {
                var refusal = Inspect(bytes, Models.Manifest(50), piece);
                Assert.True(refusal?.Code == RefusalCode.ModelFormat, $"{Convert.ToHexString(bytes.AsSpan(0, Math.Min(20, bytes.Length)))}: {refusal}");
            }
        }
    }

    [Fact]
    public void Inspect_HeaderOfSixteenMegabytesThatNeverComes_AllocatesNothing()
    {
        var inspector = new UpdateInspector(null, 1L << 40);
        var start = Header(Safetensors.MaxHeaderBytes, "{");
        var before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Null(inspector.Inspect(start));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 100_000);
    }

    private static Refusal? Inspect(byte[] bytes, TensorManifest? reference, int pieceBytes)
    {
        var inspector = new UpdateInspector(reference, bytes.Length);
        for (var at = 0; at < bytes.Length; at += pieceBytes)
        {
            if (inspector.Inspect(bytes.AsSpan(at, Math.Min(pieceBytes, bytes.Length - at))) is { } refusal)
            {
                return refusal;
            }
        }

        return inspector.Finish();
    }

    private static byte[] Text(string json, int dataBytes) => [.. Header(json.Length, json), .. new byte[dataBytes]];

    private static byte[] Header(long length, string json)
    {
        var bytes = new byte[8 + json.Length];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, length);
        Encoding.ASCII.GetBytes(json, bytes.AsSpan(8));
        return bytes;
    }
}

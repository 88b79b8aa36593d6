using System.Buffers.Binary;
using System.Text;
using Distributed.Algorithms.Tensors;
using Xunit;

namespace Distributed.Algorithms.Tests.Tensors;

public class SafetensorsTests
{
    [Fact]
    public void WriteThenLoad_MixedTypes_GivesTheSameModel()
    {
        var model = Models.Mixed(seed: 3);
        using var file = new MemoryStream();
        Safetensors.Write(file, model, new Dictionary<string, string> { ["run"] = "r-1", ["round"] = "7" });
        file.Position = 0;
        var header = Safetensors.ReadHeader(file, file.Length);
        Assert.Equal(model.Manifest, header.Manifest);
        Assert.Equal(model.Manifest.GetHashCode(), header.Manifest.GetHashCode());
        Assert.Equal("7", header.Metadata["round"]);
        Assert.DoesNotContain(Safetensors.BuffersKey, header.Metadata.Keys);
        Assert.Equal(0, header.DataOffset % 8);
        Assert.Equal(file.Length, header.FileLength);

        file.Position = 0;
        Assert.True(Safetensors.Load(file).Data.Span.SequenceEqual(model.Data.Span));
    }

    [Fact]
    public void BuildHeader_SameManifest_SameBytesInManifestOrder()
    {
        var manifest = new TensorManifest([new("z", TensorDType.F32, [2]), new("a", TensorDType.I64, [], isBuffer: true)]);
        var text = Encoding.UTF8.GetString(Safetensors.BuildHeader(manifest)[8..]);
        Assert.Equal(
            """{"__metadata__":{"distributed.buffers":"[\u0022a\u0022]"},"z":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"a":{"dtype":"I64","shape":[],"data_offsets":[8,16]}}""",
            text.TrimEnd(' '));
    }

    [Fact]
    public void ParseHeader_TensorsInAnotherOrderThanTheirBytes_AreArrangedByBytes()
    {
        var header = Parse("""{"b":{"dtype":"U8","shape":[2],"data_offsets":[3,5]},"a":{"dtype":"U8","shape":[3],"data_offsets":[0,3]}}""", 5);
        Assert.Equal(["a", "b"], header.Manifest.Select(e => e.Name));
        Assert.Equal(3, header.Manifest["b"].Offset);
    }

    public static TheoryData<SafetensorsProblem, string, string?> BadHeaders => new()
    {
        { SafetensorsProblem.Malformed, "[]", null },
        { SafetensorsProblem.Malformed, "{", null },
        { SafetensorsProblem.Malformed, """{"a":1}""", "a" },
        { SafetensorsProblem.Malformed, """{"a":{"dtype":"U8","shape":[4]}}""", "a" },
        { SafetensorsProblem.Malformed, """{"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4],"x":0}}""", "a" },
        { SafetensorsProblem.Malformed, """{"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]}}{}""", null },
        { SafetensorsProblem.Malformed, """{"a":{"dtype":"U8","shape":[[[[4]]]],"data_offsets":[0,4]}}""", null },
        { SafetensorsProblem.DuplicateKey, """{"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]},"a":{"dtype":"U8","shape":[2],"data_offsets":[2,4]}}""", "a" },
        { SafetensorsProblem.DuplicateKey, """{"a":{"dtype":"U8","dtype":"U8","shape":[4],"data_offsets":[0,4]}}""", "a" },
        { SafetensorsProblem.DuplicateKey, """{"__metadata__":{"k":"1","k":"2"},"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]}}""", null },
        { SafetensorsProblem.Name, """{"":{"dtype":"U8","shape":[4],"data_offsets":[0,4]}}""", "" },
        { SafetensorsProblem.Name, """{"a\nb":{"dtype":"U8","shape":[4],"data_offsets":[0,4]}}""", "a\nb" },
        { SafetensorsProblem.DType, """{"a":{"dtype":"0","shape":[1],"data_offsets":[0,4]}}""", "a" },
        { SafetensorsProblem.DType, """{"a":{"dtype":"F7","shape":[4],"data_offsets":[0,4]}}""", "a" },
        { SafetensorsProblem.Shape, """{"a":{"dtype":"F4","shape":[7],"data_offsets":[0,4]}}""", "a" },
        { SafetensorsProblem.Shape, """{"a":{"dtype":"F6_E2M3","shape":[5],"data_offsets":[0,4]}}""", "a" },
        { SafetensorsProblem.Offsets, """{"a":{"dtype":"F4","shape":[6],"data_offsets":[0,4]}}""", "a" },
        { SafetensorsProblem.Shape, """{"a":{"dtype":"U8","shape":[-4],"data_offsets":[0,4]}}""", "a" },
        { SafetensorsProblem.Shape, """{"a":{"dtype":"U8","shape":[4.0],"data_offsets":[0,4]}}""", "a" },
        { SafetensorsProblem.Shape, """{"a":{"dtype":"F32","shape":[4294967296,4294967296],"data_offsets":[0,4]}}""", "a" },
        { SafetensorsProblem.Shape, """{"a":{"dtype":"F64","shape":[1152921504606846977],"data_offsets":[0,8]}}""", "a" },
        { SafetensorsProblem.Shape, """{"a":{"dtype":"F32","shape":[4294967296,4294967296,0],"data_offsets":[0,0]}}""", "a" },
        { SafetensorsProblem.Offsets, """{"a":{"dtype":"U8","shape":[4],"data_offsets":[4,0]}}""", "a" },
        { SafetensorsProblem.Offsets, """{"a":{"dtype":"U8","shape":[4],"data_offsets":[0,3]}}""", "a" },
        { SafetensorsProblem.Offsets, """{"a":{"dtype":"U8","shape":[4],"data_offsets":[0,99999999999999999999]}}""", "a" },
        { SafetensorsProblem.Offsets, """{"a":{"dtype":"U8","shape":[4],"data_offsets":[0]}}""", "a" },
        { SafetensorsProblem.Overlap, """{"a":{"dtype":"U8","shape":[3],"data_offsets":[0,3]},"b":{"dtype":"U8","shape":[2],"data_offsets":[2,4]}}""", "b" },
        { SafetensorsProblem.Hole, """{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},"b":{"dtype":"U8","shape":[2],"data_offsets":[2,4]}}""", "b" },
        { SafetensorsProblem.Hole, """{"a":{"dtype":"U8","shape":[1],"data_offsets":[9223372036854775806,9223372036854775807]}}""", "a" },
        { SafetensorsProblem.Length, """{"a":{"dtype":"U8","shape":[3],"data_offsets":[0,3]}}""", null },
        { SafetensorsProblem.Length, """{"a":{"dtype":"U8","shape":[10000000000],"data_offsets":[0,10000000000]}}""", null },
        { SafetensorsProblem.Metadata, """{"__metadata__":{"k":1},"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]}}""", null },
        { SafetensorsProblem.Metadata, """{"__metadata__":{"distributed.buffers":"[1"},"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]}}""", null },
        { SafetensorsProblem.Metadata, """{"__metadata__":{"distributed.buffers":"[\"b\"]"},"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]}}""", "b" },
    };

    [Theory]
    [MemberData(nameof(BadHeaders))]
    public void ParseHeader_Hostile_NamesTheProblemAndTheTensor(SafetensorsProblem problem, string json, string? tensor)
    {
        var e = Assert.Throws<SafetensorsException>(() => Parse(json, 4));
        Assert.Equal((problem, tensor), (e.Problem, e.Tensor));
        Assert.DoesNotContain('\n', e.Message);
    }

    [Fact]
    public void ParseHeader_NotUtf8_IsMalformed() => Assert.Equal(
        SafetensorsProblem.Malformed,
        Assert.Throws<SafetensorsException>(() => Safetensors.ParseHeader([.. "{\""u8, 0xC3, 0x28, .. "\":0}"u8])).Problem);

    [Fact]
    public void ParseHeader_AMillionTensors_StopsAtTheCap()
    {
        var json = new StringBuilder("{");
        for (var i = 0; i <= Safetensors.MaxTensors; i++) json.Append($$"""{{(i > 0 ? "," : "")}}"{{i}}":{"dtype":"U8","shape":[0],"data_offsets":[0,0]}""");
        var e = Assert.Throws<SafetensorsException>(() => Parse(json.Append('}').ToString(), 0));
        Assert.Equal(SafetensorsProblem.TooManyTensors, e.Problem);
    }

    [Theory]
    [InlineData("PK\u0003\u0004....", SafetensorsProblem.Zip, "Convert it")]
    [InlineData("\u0080\u0002}q\0(X..", SafetensorsProblem.Pickle, "Convert it")]
    [InlineData("\u0080\u0004\u0095.......", SafetensorsProblem.Pickle, "Convert it")]
    [InlineData("version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\n", SafetensorsProblem.LfsPointer, "git lfs pull")]
    [InlineData("<!DOCTYPE html><html>", SafetensorsProblem.Html, "HTML")]
    [InlineData("\n  <html lang=en>", SafetensorsProblem.Html, "HTML")]
    [InlineData("GGUF\u0003\0\0\0\u0001\0", SafetensorsProblem.Gguf, "GGUF")]
    [InlineData("", SafetensorsProblem.NotSafetensors, "too few")]
    [InlineData("abc", SafetensorsProblem.NotSafetensors, "too few")]
    [InlineData("\u0001\u0002\u0003\u0004\u0005\u0006\u0007\0", SafetensorsProblem.HeaderTooLarge, "16777216")]
    [InlineData("\0\0\0\u0040\0\0\0\0{", SafetensorsProblem.HeaderTooLarge, "1073741824")]
    [InlineData("\u0010\0\0\0\0\0\0\0xyz", SafetensorsProblem.NotSafetensors, "no safetensors")]
    [InlineData("\u0010\0\0\0\0\0\0\0{\"a\"", SafetensorsProblem.Truncated, "ends")]
    public void ReadHeader_OtherFormats_SayWhatTheyAre(string latin1, SafetensorsProblem problem, string says)
    {
        using var stream = new MemoryStream(Encoding.Latin1.GetBytes(latin1));
        var e = Assert.Throws<SafetensorsException>(() => Safetensors.ReadHeader(stream));
        Assert.Equal(problem, e.Problem);
        Assert.Contains(says, e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void ReadHeaderLength_HeaderAsLongAsAPickleOpcode_IsNoPickle() =>
        Assert.Equal(0x0280, Safetensors.ReadHeaderLength([0x80, 0x02, 0, 0, 0, 0, 0, 0, (byte)'{']));

    [Fact]
    public void ReadHeader_ClaimedHeaderOf16MiB_AllocatesOnlyWhatCame()
    {
        var bytes = new byte[64];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, Safetensors.MaxHeaderBytes);
        bytes[8] = (byte)'{';
        using var stream = new MemoryStream(bytes);
        var before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Throws<SafetensorsException>(() => Safetensors.ReadHeader(stream));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1 << 19);
    }

    [Fact]
    public void Load_MoreBytesThanTensors_IsRefused()
    {
        using var file = new MemoryStream();
        Safetensors.Write(file, Models.Mixed(seed: 1));
        file.WriteByte(0);
        file.Position = 0;
        Assert.Equal(SafetensorsProblem.Length, Assert.Throws<SafetensorsException>(() => Safetensors.Load(file)).Problem);
    }

    /// <summary>Damaged files either fail with the one documented exception or still describe exactly the bytes that are there.</summary>
    [Fact]
    public void Load_DamagedFiles_NeverFailOtherwise()
    {
        var seed = Seeds.Next();
        var random = new Random(seed);
        using var file = new MemoryStream();
        Safetensors.Write(file, Models.Mixed(seed: 5), new Dictionary<string, string> { ["run"] = "r" });
        var good = file.ToArray();
        var header = good.Length - Models.Mixed(5).Data.Length;
        for (var i = 0; i < 5_000; i++)
        {
            var bad = good.ToArray();
            for (var flips = random.Next(1, 4); flips > 0; flips--) bad[random.Next(header)] = (byte)random.Next(256);
            if (random.Next(4) == 0) bad = bad[..random.Next(bad.Length)];
            using var stream = new MemoryStream(bad);
            try
            {
                var set = Safetensors.Load(stream);
                Assert.True(set.Manifest.ByteLength < bad.Length, $"seed {seed}, case {i}");
            }
            catch (SafetensorsException e)
            {
                Assert.False(e.Message.Any(char.IsControl), $"seed {seed}, case {i}: {e.Message}");
            }
            catch (Exception e)
            {
                Assert.Fail($"seed {seed}, case {i}: {e}");
            }
        }
    }

    private static SafetensorsHeader Parse(string json, long data) => Safetensors.ParseHeader(Encoding.UTF8.GetBytes(json), data);
}

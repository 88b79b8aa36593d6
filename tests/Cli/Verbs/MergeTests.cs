using System.Diagnostics;
using System.Text;
using Distributed.Algorithms.Merging.Permutations;
using Distributed.Algorithms.Tensors;
using Distributed.Cli.Output;
using Distributed.Cli.Tests.Merging;

namespace Distributed.Cli.Tests.Verbs;

public sealed class MergeTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task TensorMethod_OfTwoFiles_WritesTheWeightedMeanAndCarriesMetadataOn()
    {
        var one = ModelFiles.Write(At("a"), ("w", [2, 2], [1, 2, 3, 4]), ("b", [1], [8]));
        var other = ModelFiles.Write(At("b"), ("w", [2, 2], [5, 6, 7, 8]), ("b", [1], [0]));

        var ended = await Invocation.RunAsync(
            "merge", one, other, "--method", "linear", "--weights", "1,3", "-o", At("c"), "--format", "json");

        Assert.True(ended.ExitCode == ExitCode.Done, ended.Error);
        var merged = ModelFiles.Read(At("c"));
        Assert.Equal([4, 5, 6, 7], merged.Values<float>("w").ToArray());
        Assert.Equal([2], merged.Values<float>("b").ToArray());
        using var file = File.OpenRead(At("c"));
        Assert.Equal("pt", Safetensors.ReadHeader(file).Metadata["format"]);
        Assert.Equal("linear", ended.Json.GetProperty("method").GetString());
        Assert.Equal("completed", ended.Json.GetProperty("status").GetString());
        AssertFiles("a", "b", "c");
    }

    [Fact]
    public async Task TensorMethod_WithABase_TakesItsParameters()
    {
        ModelFiles.Write(At("a"), ("w", [4], [1, -2, 3, -4]));
        ModelFiles.Write(At("base"), ("w", [4], [0, 0, 0, 0]));
        var ended = await Invocation.RunAsync(
            "merge", At("a"), "--method", "ties", "--base", At("base"), "--set", "density=0.5", "--set", "lambda=2", "-o", At("c"));
        Assert.True(ended.ExitCode == ExitCode.Done, ended.Error);
        Assert.Equal([0, 0, 6, -8], ModelFiles.Read(At("c")).Values<float>("w").ToArray());
    }

    [Fact]
    public async Task WeightMatching_OfARelabelledCopy_GivesTheModelBack()
    {
        var model = ModelFiles.Mlp(1);
        ModelFiles.Write(At("a"), model);
        var relabelled = new TensorSet(model.Manifest, model.Data.ToArray());
        var spec = new PermutationSpec(
        [
            TensorAxes.Of("fc1.weight", "P0", null), TensorAxes.Of("fc1.bias", "P0"), TensorAxes.Of("fc2.weight", "P1", "P0"),
            TensorAxes.Of("fc2.bias", "P1"), TensorAxes.Of("fc3.weight", null, "P1"),
        ]);
        PermutedModel.Apply(spec, UnitPermutations.Shuffled(spec.Sizes(model.Manifest), 3), relabelled);
        ModelFiles.Write(At("b"), relabelled);
        folder.Write("spec.yaml", ModelFiles.MlpSpec);

        var ended = await Invocation.RunAsync(
            "merge", At("a"), At("b"), "--method", "weight-matching", "--spec", Path.Combine(folder.Path, "spec.yaml"), "-o", At("c"), "--format", "json");

        Assert.True(ended.ExitCode == ExitCode.Done, ended.Error);
        Assert.Equal(model.Data.ToArray(), ModelFiles.Read(At("c")).Data.ToArray());
        var match = ended.Json.GetProperty("match");
        Assert.Equal(9, match.GetProperty("units").GetInt32());
        Assert.InRange(match.GetProperty("moved").GetInt32(), 2, 9);
        Assert.True(match.GetProperty("after").GetDouble() > match.GetProperty("before").GetDouble());
    }

    [Fact]
    public async Task Specification_WithBlocks_MovesThemTogether()
    {
        // One channel of two places behind a flattened map goes with each unit of the first layer.
        ModelFiles.Write(At("a"), ("conv.weight", [2, 1], [1, 5]), ("fc.weight", [1, 4], [1, 2, 30, 40]));
        ModelFiles.Write(At("b"), ("conv.weight", [2, 1], [5, 1]), ("fc.weight", [1, 4], [30, 40, 1, 2]));
        var spec = folder.Write("blocks.yaml", "conv.weight: [P0, ~]\nfc.weight: [~, [P0, 2]]\n");
        var ended = await Invocation.RunAsync("merge", At("a"), At("b"), "--method", "weight-matching", "--spec", spec, "-o", At("c"));
        Assert.True(ended.ExitCode == ExitCode.Done, ended.Error);
        Assert.Equal([1, 2, 30, 40], ModelFiles.Read(At("c")).Values<float>("fc.weight").ToArray());
    }

    [Fact]
    public async Task MergeMany_OfRelabelledCopies_GivesOneOfThemBack()
    {
        var model = ModelFiles.Mlp(1);
        var spec = PermutationSpecJson.Parse(System.Text.Json.Nodes.JsonNode.Parse(
            """{ "fc1.weight": ["P0", null], "fc1.bias": ["P0"], "fc2.weight": ["P1", "P0"], "fc2.bias": ["P1"], "fc3.weight": [null, "P1"] }"""));
        foreach (var (i, name) in new[] { "a", "b", "d" }.Index())
        {
            var copy = new TensorSet(model.Manifest, model.Data.ToArray());
            PermutedModel.Apply(spec, UnitPermutations.Shuffled(spec.Sizes(model.Manifest), i), copy);
            ModelFiles.Write(At(name), copy);
        }

        folder.Write("spec.yaml", ModelFiles.MlpSpec);
        var ended = await Invocation.RunAsync(
            "merge", At("a"), At("b"), At("d"), "--method", "merge-many", "--spec", Path.Combine(folder.Path, "spec.yaml"), "-o", At("c"), "--format", "json");
        Assert.True(ended.ExitCode == ExitCode.Done, ended.Error);
        Assert.InRange(ended.Json.GetProperty("match").GetProperty("after").GetDouble(), 0, 1e-9);
    }

    [Theory]
    [InlineData("linaer", "a b", 2, "did you mean 'linear'")]
    [InlineData("linear", "a", 2, "at least 2|2+ models")]
    [InlineData("slerp", "a b a", 2, "2 models")]
    [InlineData("linear", "a absent", 2, "no such file")]
    [InlineData("linear", "a truncated", 3, "truncated")]
    [InlineData("linear", "a pickle", 3, "pickle")]
    [InlineData("linear", "a huge-header", 3, "header")]
    [InlineData("linear", "a overlap", 3, "Tensor 'w'")]
    [InlineData("linear", "a nan", 3, "Tensor 'fc2.bias'")]
    [InlineData("weight-matching", "a nan", 3, "Tensor 'fc2.bias'")]
    [InlineData("linear", "a other", 3, "'fc3.weight'")]
    [InlineData("weight-matching", "a other", 3, "'fc3.weight'")]
    [InlineData("ties", "a b", 2, "base")]
    [InlineData("activation-matching", "a b", 2, "--run FILE")]
    [InlineData("straight-through", "a b", 2, "--run FILE")]
    [InlineData("greedy-soup", "a b", 2, "--run FILE")]
    public async Task BadInput_IsRefusedByNameAndNothingIsWritten(string method, string models, int exitCode, string said)
    {
        await WriteAll();
        var before = Directory.GetFiles(folder.Path).Order().ToArray();
        string[] spec = method is "weight-matching" ? ["--spec", Path.Combine(folder.Path, "spec.yaml")] : [];

        var ended = await Invocation.RunAsync(
            ["merge", .. models.Split(' ').Select(At), "--method", method, "-o", At("c"), "--format", "json", .. spec]);

        Assert.Equal(exitCode, ended.ExitCode);
        Assert.Contains(said.Split('|'), part => ended.Error.Contains(part, StringComparison.OrdinalIgnoreCase));
        Assert.Equal(exitCode == ExitCode.Refused ? "refused" : "failed", ended.Json.GetProperty("status").GetString());
        Assert.Equal(before, Directory.GetFiles(folder.Path).Order());
    }

    [Theory]
    [InlineData("--set", "densty=1", "did you mean")]
    [InlineData("--weights", "1,2,3", "3 numbers for 2 models")]
    [InlineData("--alpha", "0.3", "takes no --alpha")]
    [InlineData("--spec", "spec.yaml", "no use for --spec")]
    [InlineData("--plot", "curve.png", ".svg or an .html")]
    [InlineData("--repair", "rescale", "needs the run's examples")]
    [InlineData("--points", "1", "--points")]
    public async Task Option_ThatDoesNotFit_EndsWithTwo(string option, string value, string said)
    {
        await WriteAll();
        var ended = await Invocation.RunAsync("merge", At("a"), At("b"), "--method", "ema", "-o", At("c"), option, value);
        Assert.Equal(ExitCode.Usage, ended.ExitCode);
        Assert.Contains(said, ended.Error, StringComparison.Ordinal);
        Assert.False(File.Exists(At("c")));
    }

    [Theory]
    [InlineData("a")]
    [InlineData("link")]
    public async Task Output_ThatIsAnInput_IsRefused(string output)
    {
        await WriteAll();
        File.CreateSymbolicLink(At("link"), At("a"));
        var bytes = await File.ReadAllBytesAsync(At("a"));
        var ended = await Invocation.RunAsync("merge", At("a"), At("b"), "--method", "linear", "-o", At(output));
        Assert.Equal(ExitCode.Usage, ended.ExitCode);
        Assert.Contains("is the input", ended.Error, StringComparison.Ordinal);
        Assert.Equal(bytes, await File.ReadAllBytesAsync(At("a")));
    }

    [Theory]
    [InlineData("absent.weight: [P0, ~]", "Tensor 'absent.weight'")]
    [InlineData("fc1.weight: [P0]", "Tensor 'fc1.weight'")]
    [InlineData("fc3.weight: [P9, ~]\nfc3.bias: [P9]", "Tensor 'fc3.weight' cannot be permuted")]
    [InlineData("fc1.weight: [[P0, 2], ~]\nfc2.weight: [~, P0]", "Tensor 'fc1.weight'")]
    [InlineData("fc1.weight: 3", "Tensor 'fc1.weight'")]
    [InlineData("fc1.weight: [{ permutation: P0, blok: 2 }, ~]", "'blok'")]
    [InlineData("- fc1.weight", "mapping")]
    public async Task Specification_WithAMistake_IsRefusedNamingTheTensor(string spec, string said)
    {
        await WriteAll();
        var path = folder.Write("bad.yaml", spec);
        var ended = await Invocation.RunAsync("merge", At("a"), At("b"), "--method", "weight-matching", "--spec", path, "-o", At("c"));
        Assert.Equal(ExitCode.Usage, ended.ExitCode);
        Assert.Contains(said, ended.Error, StringComparison.Ordinal);
        Assert.False(File.Exists(At("c")));
    }

    [Fact]
    public async Task Specification_WithSeveralMistakes_ListsThemAll()
    {
        await WriteAll();
        var path = folder.Write("bad.yaml", "fc1.weight: 3\nfc2.weight: [5, ~]\n");
        var ended = await Invocation.RunAsync("merge", At("a"), At("b"), "--method", "weight-matching", "--spec", path, "-o", At("c"));
        Assert.Contains("bad.yaml:1: Tensor 'fc1.weight'", ended.Error, StringComparison.Ordinal);
        Assert.Contains("bad.yaml:2: Tensor 'fc2.weight'", ended.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1, "5GB")]
    [InlineData(3, "40MB")]
    public async Task Stream_OfModelsLargerThanTheHeap_Merges(int shards, string shardSize)
    {
        // Both models and the merged one together are 288 MB of numbers; the heap may have 64.
        const long Elements = 24_000_000;
        foreach (var name in (string[])["a", "b"])
        {
            WriteZeros(name, Elements, shards);
        }

        var start = new ProcessStartInfo("dotnet",
        [
            Path.Combine(AppContext.BaseDirectory, "dist.dll"), "merge", Path.Combine(folder.Path, "a"), Path.Combine(folder.Path, "b"), "--method", "slerp", "-o", At("c"),
            "--shard-size", shardSize,
        ])
        {
            RedirectStandardError = true, RedirectStandardOutput = true,
        };
        start.Environment["DOTNET_GCHeapHardLimit"] = "0x4000000";
        using var process = Process.Start(start)!;
        var error = process.StandardError.ReadToEndAsync();
        await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        Assert.True(process.ExitCode == ExitCode.Done, await error);
        var written = Directory.GetFiles(folder.Path, "c*.safetensors");
        Assert.Equal(shards, written.Length);
        Assert.InRange(written.Sum(file => new FileInfo(file).Length), Elements * sizeof(float), (Elements * sizeof(float)) + 1000);
    }

    private void WriteZeros(string name, long elements, int shards)
    {
        var model = Directory.CreateDirectory(Path.Combine(folder.Path, name)).FullName;
        for (var i = 1; i <= shards; i++)
        {
            using var file = File.Create(Path.Combine(model, shards == 1 ? "model.safetensors" : $"model-{i:00000}-of-{shards:00000}.safetensors"));
            var manifest = new TensorManifest([new($"w{i}", TensorDType.F32, [elements / shards])]);
            file.Write(Safetensors.BuildHeader(manifest));
            file.SetLength(file.Length + manifest.ByteLength);
        }

        if (shards > 1)
        {
            File.WriteAllText(Path.Combine(model, "model.safetensors.index.json"), $$"""{ "weight_map": { {{string.Join(", ", Enumerable.Range(1, shards).Select(
                i => $"\"w{i}\": \"model-{i:00000}-of-{shards:00000}.safetensors\""))}} } }""");
        }
    }

    private string At(string name) => Path.Combine(folder.Path, $"{name}.safetensors");

    private void AssertFiles(params string[] names) =>
        Assert.Equal(names.Select(name => $"{name}.safetensors"), Directory.GetFiles(folder.Path).Select(Path.GetFileName).Order(StringComparer.Ordinal));

    private async Task WriteAll()
    {
        ModelFiles.Write(At("a"), ModelFiles.Mlp(1));
        ModelFiles.Write(At("b"), ModelFiles.Mlp(2));
        var nan = ModelFiles.Mlp(3);
        nan.Values<float>("fc2.bias")[1] = float.NaN;
        ModelFiles.Write(At("nan"), nan);
        var other = ModelFiles.Mlp(4);
        ModelFiles.Write(At("other"), new TensorSet(
            new TensorManifest(other.Manifest.Select(entry => entry.Name == "fc3.weight" ? new TensorEntry(entry.Name, entry.DType, [4, 3]) : entry)), other.Data));
        var whole = await File.ReadAllBytesAsync(At("a"));
        await File.WriteAllBytesAsync(At("truncated"), whole[..^10]);
        await File.WriteAllBytesAsync(At("pickle"), [0x80, 2, .. "ccollections\nOrderedDict\n"u8]);
        await File.WriteAllBytesAsync(At("huge-header"), [0, 0, 0, 0x40, 0, 0, 0, 0, .. "{}"u8]);
        var header = Encoding.UTF8.GetBytes(
            """{"v":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"w":{"dtype":"F32","shape":[2],"data_offsets":[4,12]}}""");
        await File.WriteAllBytesAsync(At("overlap"), [.. BitConverter.GetBytes((ulong)header.Length), .. header, .. new byte[12]]);
        folder.Write("spec.yaml", ModelFiles.MlpSpec);
    }
}

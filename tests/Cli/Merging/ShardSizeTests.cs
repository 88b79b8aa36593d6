using System.Text.Json.Nodes;
using Distributed.Cli.Merging;
using Distributed.Cli.Output;

namespace Distributed.Cli.Tests.Merging;

public sealed class ShardSizeTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task Merge_WithShardSize_WritesShardsAndTheirIndex()
    {
        // 8, 4 and 20 bytes: two fit the first file, the third is larger than any.
        Write("a", 1);
        Write("b", 3);
        var ended = await MergeAsync("12", At("out.safetensors"));

        Assert.True(ended.ExitCode == ExitCode.Done, ended.Error);
        Assert.Equal(
            ["a.safetensors", "b.safetensors", "out-00001-of-00002.safetensors", "out-00002-of-00002.safetensors", "out.safetensors.index.json"],
            Directory.GetFiles(folder.Path).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        var index = JsonNode.Parse(await File.ReadAllTextAsync(At("out.safetensors.index.json")))!;
        Assert.Equal(32, (int)index["metadata"]!["total_size"]!);
        Assert.Equal("out-00001-of-00002.safetensors", (string?)index["weight_map"]!["v"]);
        Assert.Equal("out-00002-of-00002.safetensors", (string?)index["weight_map"]!["w"]);
        using var merged = ModelFile.Open(At("out.safetensors.index.json"));
        Assert.Equal([2f, 2, 2, 2, 2], merged.Load().Values<float>("w").ToArray());
        Assert.Equal("pt", merged.Metadata["format"]);
    }

    [Fact]
    public async Task Merge_OfShardsIntoShards_GivesTheSameNumbers()
    {
        Write("a", 1);
        await MergeAsync("1", At("out.safetensors"), "a");
        Assert.Equal(3, Directory.GetFiles(folder.Path, "out-*").Length);
        var again = await Invocation.RunAsync(
            "merge", At("out.safetensors.index.json"), At("a.safetensors"), "--method", "linear", "-o", At("back.safetensors"));
        Assert.True(again.ExitCode == ExitCode.Done, again.Error);
        Assert.Equal(await File.ReadAllBytesAsync(At("a.safetensors")), await File.ReadAllBytesAsync(At("back.safetensors")));
    }

    [Fact]
    public async Task Merge_ThatFitsOneShard_WritesOneFileWithoutAnIndex()
    {
        Write("a", 1);
        await MergeAsync("5GB", At("out.safetensors"), "a");
        Assert.True(File.Exists(At("out.safetensors")));
        Assert.False(File.Exists(At("out.safetensors.index.json")));
    }

    [Fact]
    public async Task Merge_WhoseShardIsAnInput_IsRefused()
    {
        Write("a", 1);
        Write("out-00001-of-00003", 2);
        var before = await File.ReadAllBytesAsync(At("out-00001-of-00003.safetensors"));
        var ended = await MergeAsync("1", At("out.safetensors"), "a", "out-00001-of-00003");
        Assert.Equal(ExitCode.Usage, ended.ExitCode);
        Assert.Contains("is the input", ended.Error, StringComparison.Ordinal);
        Assert.Equal(before, await File.ReadAllBytesAsync(At("out-00001-of-00003.safetensors")));
    }

    [Fact]
    public async Task Merge_BesideAWholeModelOfTheName_IsRefused()
    {
        Write("a", 1);
        Write("out", 2);
        var ended = await MergeAsync("1", At("out.safetensors"), "a");
        Assert.Equal(ExitCode.Failed, ended.ExitCode);
        Assert.Contains("would take it for the shards", ended.Error, StringComparison.Ordinal);
        Assert.Equal(2, Directory.GetFiles(folder.Path).Length);
    }

    [Theory]
    [InlineData("0")]
    [InlineData("-1")]
    [InlineData("5TB")]
    [InlineData("GB")]
    [InlineData("99999999999GB")]
    public async Task ShardSize_ThatIsNone_EndsWithTwo(string size)
    {
        Write("a", 1);
        var ended = await MergeAsync(size, At("out.safetensors"), "a");
        Assert.Equal(ExitCode.Usage, ended.ExitCode);
        Assert.Contains("such as 5GB", ended.Error, StringComparison.Ordinal);
    }

    private Task<Invocation> MergeAsync(string size, string output, params string[] models) => Invocation.RunAsync(
    [
        "merge", .. (models.Length switch { 0 => ["a", "b"], 1 => [models[0], models[0]], _ => models }).Select(name => At($"{name}.safetensors")),
        "--method", "linear", "--shard-size", size, "-o", output,
    ]);

    private string At(string name) => Path.Combine(folder.Path, name);

    private void Write(string name, float value) => ModelFiles.Write(
        At($"{name}.safetensors"), ("u", [2], [value, value]), ("v", [1], [value]), ("w", [5], [value, value, value, value, value]));
}

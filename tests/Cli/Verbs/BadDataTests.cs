using System.IO.Compression;
using Distributed.Cli.Output;
using Distributed.Cli.Tests.RunFiles;

namespace Distributed.Cli.Tests.Verbs;

/// <summary>Data that cannot be trained on, as a user meets it: a clear error before the first round.</summary>
public sealed class BadDataTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData("data.clients=401", "data.clients: 401 clients, but only 400 examples to train on")]
    [InlineData("data.partition.name=shards,data.partition.perClient=101", "4 clients with 101 shards each need 404 examples, there are 400 to train on")]
    [InlineData("data.partition.name=dirichlet,data.partition.minimum=101", "in the last one client ")]
    public async Task Partition_ThatCannotBeDealt_EndsTheRunBeforeTheFirstRound(string sets, string expected) => await AssertFailsAsync(expected, sets.Split(','));

    [Theory]
    [InlineData("data.partition.alpha=0")]
    [InlineData("data.partition.alpha=-1")]
    public async Task Alpha_OfZeroOrLess_IsAMistakeOfTheRunFile(string set)
    {
        var ended = await SimulateAsync("data.partition.name=dirichlet", set);
        Assert.Equal(ExitCode.Usage, ended.ExitCode);
        Assert.Contains("data.partition.alpha: must be from", ended.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("0\n1\n2\n400\n", "given.txt line 4: index 400 is out of range, there are 400 training examples (0 to 399)")]
    [InlineData("0\n1\n2\n1\n", "given.txt line 4: index 1 is client 1's already (line 2)")]
    [InlineData("0\n1\n\n3\n", "given.txt line 3: client 2 gets no examples")]
    [InlineData("0\n1\n", "given.txt: has 2 lines, expected one for each of the 4 clients")]
    public async Task GivenPartition_WithAMistake_NamesLineAndIndex(string text, string expected) =>
        await AssertFailsAsync(expected, "data.partition.name=given", "data.partition.path=" + folder.Write("given.txt", text));

    [Fact]
    public async Task GivenPartition_WithAClientWithout_TrainsWhenItIsAllowed()
    {
        var path = folder.Write("given.txt", "0 1 2 3 4 5\n6 7 8 9\n\n10 11 12\n");
        var ended = await SimulateAsync("data.partition.name=given", "data.partition.path=" + path, "data.partition.minimum=0");
        Assert.True(ended.ExitCode == ExitCode.Done, ended.Error);
        Assert.Equal(3, ended.Json.GetProperty("rounds").GetInt32());
    }

    [Theory]
    [InlineData("labels for images", "t10k-images-idx3-ubyte.gz: is an IDX file of the wrong kind (labels: unsigned bytes with 1 extent); expected images")]
    [InlineData("truncated", "t10k-images-idx3-ubyte.gz: is truncated, ")]
    [InlineData("no gzip", "t10k-images-idx3-ubyte.gz: is neither compressed with gzip nor an IDX file")]
    [InlineData("label out of range", "t10k-labels-idx1-ubyte.gz: label 10 of example 7 is out of range, expected 0 to 9")]
    [InlineData("fewer labels", "t10k-labels-idx1-ubyte.gz has 599 labels")]
    [InlineData("overlap", "has 600 examples, not enough for data.train 400 and data.test 201 apart")]
    public async Task Files_ThatAreNotWhatTheyShouldBe_AreNamed(string mistake, string expected)
    {
        var (images, labels) = (Idx([600, 12, 12], _ => 1), Idx([600], i => (byte)(i % 10)));
        if (mistake == "label out of range")
        {
            labels = Idx([600], i => (byte)(i == 7 ? 10 : 0));
        }

        Write("images-idx3", mistake switch
        {
            "labels for images" => Gzip(labels),
            "truncated" => Gzip(images[..10_000]),
            "no gzip" => "<html>not found</html>"u8.ToArray(),
            _ => Gzip(images),
        });
        Write("labels-idx1", Gzip(mistake == "fewer labels" ? Idx([599], _ => 1) : labels));
        await AssertFailsAsync(expected, "data.source=mnist", "data.path=" + folder.Path, "data.test=" + (mistake == "overlap" ? 201 : 200));
    }

    [Fact]
    public async Task Refusal_ThatEveryWorkerGives_IsReadOnce()
    {
        var ended = await SimulateAsync("simulation.workers=4", "data.source=mnist", "data.path=/nowhere");
        Assert.Equal(ExitCode.Failed, ended.ExitCode);
        Assert.Single(ended.Error.Split('\n'), line => line.Contains("/nowhere: no such folder", StringComparison.Ordinal));
    }

    private async Task AssertFailsAsync(string expected, params string[] sets)
    {
        var ended = await SimulateAsync(sets);
        Assert.Equal(ExitCode.Failed, ended.ExitCode);
        Assert.Equal(0, ended.Json.GetProperty("rounds").GetInt32());
        Assert.Contains(expected, Assert.Single(ended.Error.Split('\n'), line => line.StartsWith("dist: ", StringComparison.Ordinal)), StringComparison.Ordinal);
    }

    private Task<Invocation> SimulateAsync(params string[] sets) => Invocation.RunAsync(
        ["simulate", folder.Write("run.yaml", Samples.Small), "--out", Path.Combine(folder.Path, "runs"), "--format", "json", .. sets.SelectMany(set => new[] { "--set", set })]);

    private void Write(string kind, byte[] bytes) => File.WriteAllBytes(Path.Combine(folder.Path, $"t10k-{kind}-ubyte.gz"), bytes);

    private static byte[] Idx(int[] extents, Func<int, byte> item) =>
    [
        0, 0, 8, (byte)extents.Length,
        .. extents.SelectMany(extent => BitConverter.GetBytes(extent).Reverse()),
        .. Enumerable.Range(0, extents.Aggregate((product, extent) => product * extent)).Select(item),
    ];

    private static byte[] Gzip(byte[] bytes)
    {
        using var compressed = new MemoryStream();
        using (var gzip = new GZipStream(compressed, CompressionLevel.Fastest))
        {
            gzip.Write(bytes);
        }

        return compressed.ToArray();
    }
}

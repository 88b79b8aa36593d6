using Distributed.Coordinator.Storage;
using Distributed.Coordinator.Tests.Support;
using Distributed.Protocols.Identities;
using Distributed.Protocols.Refusals;

namespace Distributed.Coordinator.Tests.Storage;

public sealed class CheckpointStoreTests : IDisposable
{
    private readonly TempFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Commit_Versions_FormOneChain(bool durable)
    {
        var stores = new Stores(folder.Path);
        var v0 = stores.Commit(Models.Bytes(0), 0, null, durable).Value!;
        var v1 = stores.Commit(Models.Bytes(1), 1, v0, durable).Value!;

        Assert.Equal(ContentHash.Of(Models.Bytes(1)), v1.Hash);
        Assert.Equal(v0.Hash, v1.Parent);
        var restarted = new Stores(folder.Path).Checkpoints;
        Assert.Equal(["run-a"], restarted.Runs());
        Assert.Equal([0, 1], restarted.List("run-a").Select(version => version.Version));
        Assert.Equal(v1.Hash, restarted.Latest("run-a")!.Hash);
        Assert.Empty(restarted.Verify("run-a").Problems);
        Assert.Equal(!durable, stores.Meter.Fsyncs("run-a") == 0);
        Assert.Equal(4, folder.Files().Length);
    }

    [Fact]
    public void Write_ThreadsInAnyOrder_HashIsThatOfTheFile()
    {
        var stores = new Stores(folder.Path);
        var bytes = Models.Bytes(1, Models.Manifest(100_000));
        using var writer = stores.Checkpoints.Begin("run-a", 0, bytes.Length, durable: false);
        var header = bytes.AsSpan(0, 512).ToArray();
        writer.WriteHeader(header);
        var pieces = Enumerable.Range(0, ((bytes.Length - 512) / 10_000) + 1).ToArray();
        new Random(3).Shuffle(pieces);
        Parallel.ForEach(pieces, piece =>
        {
            var at = 512 + (piece * 10_000);
            writer.Write(at - 512, bytes.AsSpan(at, Math.Min(10_000, bytes.Length - at)));
        });

        var version = stores.Checkpoints.Commit(writer, new ModelVersion("run-a", 0, 0, default, default, 1, 0, [])).Value!;
        Assert.Equal(ContentHash.Of(bytes), version.Hash);
        using var reader = stores.Checkpoints.OpenReader("run-a", 0).Value!;
        Assert.Equal(Models.Manifest(100_000), reader.Header.Manifest);
        var data = new byte[1000];
        Assert.True(bytes.AsSpan((int)reader.Header.DataOffset + 77, 1000).SequenceEqual(reader.Read(77, data)));
    }

    [Fact]
    public void Commit_BytesMissing_Throws()
    {
        using var writer = new Stores(folder.Path).Checkpoints.Begin("run-a", 0, 100, durable: false);
        writer.WriteFile(50, new byte[50]);
        Assert.Throws<InvalidOperationException>(() => writer.Hash());
    }

    [Fact]
    public void Commit_SameContentAgain_IsSuccess()
    {
        var stores = new Stores(folder.Path);
        var v0 = stores.Commit(Models.Bytes(0), 0, null).Value!;
        var again = new Stores(folder.Path).Commit(Models.Bytes(0), 0, null, term: 2);
        Assert.Equal((v0.Hash, 1), (again.Value!.Hash, again.Value.Term));
        Assert.Equal(2, folder.Files().Length);
    }

    [Fact]
    public void Commit_OtherContentOrStaleParent_Fenced()
    {
        var stores = new Stores(folder.Path);
        var v0 = stores.Commit(Models.Bytes(0), 0, null, term: 7).Value!;
        var v1 = stores.Commit(Models.Bytes(1), 1, v0, term: 7).Value!;

        var fenced = new Stores(folder.Path).Commit(Models.Bytes(2), 1, v0, term: 6).Refusal!;
        Assert.Equal(RefusalCode.CommitFenced, fenced.Code);
        Assert.Contains("term 7", fenced.Message, StringComparison.Ordinal);
        Assert.Contains("term 6", fenced.Message, StringComparison.Ordinal);
        Assert.Equal(RefusalCode.CommitFenced, stores.Commit(Models.Bytes(3), 2, v0).Refusal!.Code);
        Assert.Equal(RefusalCode.CommitFenced, stores.Commit(Models.Bytes(3), 3, v1).Refusal!.Code);
        Assert.Equal(v1.Hash, stores.Checkpoints.Latest("run-a")!.Hash);
        Assert.Equal(4, folder.Files().Length);
    }

    [Fact]
    public async Task Commit_RivalsAtOnce_ExactlyOneWins()
    {
        var v0 = new Stores(folder.Path).Commit(Models.Bytes(0), 0, null).Value!;
        var rivals = await Task.WhenAll(Enumerable.Range(1, 8).Select(rival => Task.Run(() => new Stores(folder.Path).Commit(Models.Bytes(rival), 1, v0, durable: true, term: rival))));

        var winner = Assert.Single(rivals, outcome => outcome.Refusal is null).Value!;
        Assert.All(rivals.Where(outcome => outcome.Value != winner), outcome => Assert.Equal(RefusalCode.CommitFenced, outcome.Refusal!.Code));
        Assert.Equal(winner.Hash, new Stores(folder.Path).Checkpoints.Latest("run-a")!.Hash);
        Assert.Empty(new Stores(folder.Path).Checkpoints.Verify("run-a").Problems);
        Assert.Equal(4, folder.Files().Length);
    }

    [Theory]
    [InlineData("CheckpointBeforeWrite:disk-full")]
    [InlineData("CommitBeforeFsync:disk-full")]
    [InlineData("CommitBeforeManifest:disk-full")]
    public void Commit_DiskFull_OldVersionIntactAndNothingLeft(string failpoints)
    {
        var v0 = new Stores(folder.Path).Commit(Models.Bytes(0), 0, null).Value!;
        var full = new Stores(folder.Path, failpoints);
        Refusal? refusal;
        try
        {
            refusal = full.Commit(Models.Bytes(1), 1, v0).Refusal;
        }
        catch (StorageException error)
        {
            refusal = error.Refusal;
        }

        Assert.Equal(RefusalCode.StorageFull, refusal!.Code);
        Assert.Equal(2, folder.Files().Length);
        Assert.Equal(v0.Hash, full.Checkpoints.Verify("run-a", 0).Value!.Hash);
        Assert.NotNull(new Stores(folder.Path).Commit(Models.Bytes(1), 1, v0).Value);
    }

    [Fact]
    public void Verify_BitFlippedOrTruncatedModel_CorruptWithFileAndHash()
    {
        var stores = new Stores(folder.Path);
        var v0 = stores.Commit(Models.Bytes(0), 0, null).Value!;
        var v1 = stores.Commit(Models.Bytes(1), 1, v0).Value!;
        var path = folder.Single(v1.Hash + ".safetensors");
        var bytes = File.ReadAllBytes(path);
        bytes[5000] ^= 4;
        File.WriteAllBytes(path, bytes);

        var flipped = stores.Checkpoints.Verify("run-a", 1).Refusal!;
        Assert.Equal(RefusalCode.CheckpointCorrupt, flipped.Code);
        Assert.Contains(path, flipped.Message, StringComparison.Ordinal);
        Assert.Contains(v1.Hash.Hex, flipped.Message, StringComparison.Ordinal);
        var report = stores.Checkpoints.Verify("run-a");
        Assert.Equal([0], report.Valid.Select(version => version.Version));
        Assert.Equal(RefusalCode.CheckpointCorrupt, Assert.Single(report.Problems).Code);

        File.WriteAllBytes(path, bytes[..^1]);
        Assert.Equal(RefusalCode.CheckpointCorrupt, stores.Checkpoints.Open("run-a", 1).Refusal!.Code);
        File.Delete(path);
        Assert.Equal(RefusalCode.CheckpointCorrupt, stores.Checkpoints.Open("run-a", 1).Refusal!.Code);
    }

    [Fact]
    public void Verify_DamagedManifestOrBrokenChain_NamesTheFile()
    {
        var stores = new Stores(folder.Path);
        var v0 = stores.Commit(Models.Bytes(0), 0, null).Value!;
        var v1 = stores.Commit(Models.Bytes(1), 1, v0).Value!;
        stores.Commit(Models.Bytes(2), 2, v1);

        var path = folder.Single("v1.json");
        File.WriteAllText(path, File.ReadAllText(path).Replace("\"term\": 1", "\"term\": 2", StringComparison.Ordinal));
        var error = Assert.Throws<StorageException>(() => stores.Checkpoints.List("run-a"));
        Assert.Equal(RefusalCode.CheckpointCorrupt, error.Refusal.Code);
        Assert.Contains("v1.json", error.Message, StringComparison.Ordinal);

        File.Delete(path);
        error = Assert.Throws<StorageException>(() => stores.Checkpoints.List("run-a"));
        Assert.Contains("v2.json", error.Message, StringComparison.Ordinal);
        Assert.Equal([0], stores.Checkpoints.Verify("run-a").Valid.Select(version => version.Version));
    }

    [Fact]
    public void Prune_OldVersions_RemovesModelsNotManifests()
    {
        var stores = new Stores(folder.Path);
        var v0 = stores.Commit(Models.Bytes(0), 0, null).Value!;
        var v1 = stores.Commit(Models.Bytes(1), 1, v0).Value!;
        stores.Commit(Models.Bytes(0), 2, v1);

        stores.Checkpoints.Prune("run-a", keepFrom: 2);

        Assert.Equal(RefusalCode.VersionUnknown, stores.Checkpoints.Open("run-a", 1).Refusal!.Code);
        Assert.NotNull(stores.Checkpoints.Verify("run-a", 2).Value);
        Assert.Equal(3, stores.Checkpoints.List("run-a").Count);
        Assert.Empty(stores.Checkpoints.Verify("run-a").Problems);
        Assert.Equal(RefusalCode.VersionUnknown, stores.Checkpoints.Open("run-a", 9).Refusal!.Code);
    }

    [Fact]
    public void Prune_CommitByCommitOrSeveralBehind_KeepsTheNewestModels()
    {
        var stores = new Stores(folder.Path);
        var versions = new List<ModelVersion>();
        for (var version = 0; version < 12; version++)
        {
            // Every fifth version has the bytes of the first.
            versions.Add(stores.Commit(Models.Bytes(version % 5 == 4 ? 0 : version), version, versions.LastOrDefault()).Value!);
            if (version is 3 or 4 or 5 or 9 or 11)
            {
                stores.Checkpoints.Prune("run-a", keepFrom: version - 1);

                var kept = versions[^2..].Select(made => $"{made.Hash.Hex}.safetensors").Order();
                Assert.Equal(kept, folder.Files("*.safetensors").Select(file => Path.GetFileName(file)).Order());
            }
        }
    }

    [Fact]
    public void Begin_LeftoversOfAKilledProcess_AreRemoved()
    {
        var stores = new Stores(folder.Path);
        using var alive = stores.Checkpoints.Begin("run-a", 0, 10, durable: false);
        File.WriteAllText(Path.Combine(folder.Path, "checkpoints", "run-a", ".v0.old.partial"), "half");
        using var next = new Stores(folder.Path).Checkpoints.Begin("run-a", 0, 10, durable: false);
        Assert.Equal(2, folder.Files("*.partial").Length);
        Assert.DoesNotContain(folder.Files(), file => file.Contains("old", StringComparison.Ordinal));
    }

    [Fact]
    public async Task CopyFrom_SpooledUpdate_BecomesTheInitialModel()
    {
        var stores = new Stores(folder.Path);
        var bytes = Models.Bytes();
        var update = Models.Update(bytes, round: 0);
        await stores.SpoolAsync(bytes, update);
        using var source = stores.Spool.Read(update.Id);
        using var writer = stores.Checkpoints.Begin("run-a", 0, update.SizeBytes, durable: true);
        writer.CopyFrom(source);
        Assert.Equal(update.Hash, stores.Checkpoints.Commit(writer, new ModelVersion("run-a", 0, 0, default, default, 1, 0, [update.Hash])).Value!.Hash);
    }
}

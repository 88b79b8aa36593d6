using Distributed.Coordinator.Storage;
using Distributed.Coordinator.Tests.Support;
using Distributed.Protocols.Identities;
using Distributed.Protocols.Refusals;
using Distributed.Protocols.Transfers;

namespace Distributed.Coordinator.Tests.Storage;

public sealed class SpoolTests : IDisposable
{
    private readonly TempFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Complete_WholeUpdate_IsFoundAndReadsBack(bool durable)
    {
        var stores = new Stores(folder.Path);
        var bytes = Models.Bytes();
        var update = Models.Update(bytes, client: 3);

        Assert.Equal(update, (await stores.SpoolAsync(bytes, update, durable)).Value);

        Assert.Equal([update], stores.Spool.Scan("run-a", 1));
        Assert.Equal((bytes.Length, true), stores.Spool.GetStatus(update.Id, update.Hash));
        using var reader = stores.Spool.Read(update.Id);
        var read = new byte[bytes.Length];
        reader.ReadFile(0, read);
        Assert.Equal(bytes, read);
    }

    [Fact]
    public async Task Scan_LongestNamesAndMostMetrics_KeptInTheHeader()
    {
        var run = new string('r', EntityName.MaximumLength);
        var metrics = UpdateMetrics.None.AddRange(Enumerable.Range(0, UpdateMetrics.MaximumCount)
            .Select(i => KeyValuePair.Create($"{i}{new string('m', UpdateMetrics.MaximumNameLength - 1)}", i / 3.0)));
        var bytes = Models.Bytes();
        var update = Models.Update(bytes, run: run) with { Node = new string('n', EntityName.MaximumLength), Metrics = metrics };

        await new Stores(folder.Path).SpoolAsync(bytes, update);

        var found = Assert.Single(new Stores(folder.Path).Spool.Scan(run, 1));
        Assert.Equal(metrics, found.Metrics);
        Assert.Equal(update with { Metrics = found.Metrics }, found);
    }

    [Fact]
    public async Task Read_AnyPosition_EqualsBytes()
    {
        var stores = new Stores(folder.Path);
        var bytes = Models.Bytes();
        var update = Models.Update(bytes);
        await stores.SpoolAsync(bytes, update);
        using var reader = stores.Spool.Read(update.Id);
        var random = new Random(7);
        for (var i = 0; i < 200; i++)
        {
            var offset = random.Next(bytes.Length);
            var length = Math.Min(random.Next(60_000), bytes.Length - offset);
            var piece = new byte[length];
            reader.ReadFile(offset, piece);
            Assert.True(bytes.AsSpan(offset, length).SequenceEqual(piece), $"offset {offset}, length {length}");
        }

        var data = new byte[100];
        Assert.True(bytes.AsSpan(reader.DataOffset + 40, 100).SequenceEqual(reader.Read(40, data)));
    }

    [Fact]
    public async Task Open_AfterRestart_GoesOnWhereItStopped()
    {
        var bytes = Models.Bytes();
        var update = Models.Update(bytes);
        await using (var writer = (await new Stores(folder.Path).Spool.OpenAsync(update, 0, true, new NoInspection(), default)).Value!)
        {
            Assert.Null(Models.AppendAll(writer, bytes.AsSpan(0, 100_000)));
            var truncated = await writer.CompleteAsync();
            Assert.Equal(RefusalCode.UpdateTruncated, truncated.Refusal!.Code);
            Assert.Contains($"100000 of {bytes.Length}", truncated.Refusal.Message, StringComparison.Ordinal);
        }

        var restarted = new Stores(folder.Path);
        Assert.Equal((100_000, false), restarted.Spool.GetStatus(update.Id, update.Hash));
        Assert.Equal((0, false), restarted.Spool.GetStatus(update.Id, ContentHash.Of([1])));
        Assert.Empty(restarted.Spool.Scan("run-a", 1));

        // Back to an earlier byte is fine too; the inspector sees every byte once.
        var inspector = new NoInspection();
        await using (var writer = (await restarted.Spool.OpenAsync(update, 90_001, true, inspector, default)).Value!)
        {
            Assert.Equal(90_001, writer.Offset);
            Assert.Null(Models.AppendAll(writer, bytes.AsSpan(90_001)));
            Assert.Equal(update, (await writer.CompleteAsync()).Value);
        }

        Assert.Equal(bytes.Length, inspector.Seen);
    }

    [Fact]
    public async Task Open_BehindWhatIsKept_Refused()
    {
        var stores = new Stores(folder.Path);
        var bytes = Models.Bytes();
        var opened = await stores.Spool.OpenAsync(Models.Update(bytes), 10, false, new NoInspection(), default);
        Assert.Equal(RefusalCode.UpdateOverrun, opened.Refusal!.Code);
    }

    [Fact]
    public async Task Open_SecondStream_RefusedUntilFirstEnds()
    {
        var stores = new Stores(folder.Path);
        var update = Models.Update(Models.Bytes());
        var first = (await stores.Spool.OpenAsync(update, 0, false, new NoInspection(), default)).Value!;
        Assert.Equal(RefusalCode.Busy, (await stores.Spool.OpenAsync(update, 0, false, new NoInspection(), default)).Refusal!.Code);
        await first.DisposeAsync();
        await (await stores.Spool.OpenAsync(update, 0, false, new NoInspection(), default)).Value!.DisposeAsync();
    }

    [Fact]
    public async Task Open_OtherBytesOfSameClient_ConflictAndFirstStays()
    {
        var stores = new Stores(folder.Path);
        var (first, second) = (Models.Bytes(1), Models.Bytes(2));
        await stores.SpoolAsync(first, Models.Update(first));

        Assert.Equal(RefusalCode.UpdateConflict, (await stores.SpoolAsync(second, Models.Update(second))).Refusal!.Code);
        Assert.Equal(RefusalCode.UpdateConflict, (await stores.SpoolAsync(first, Models.Update(first, weight: 11))).Refusal!.Code);
        Assert.Equal(Models.Update(first), Assert.Single(stores.Spool.Scan("run-a", 1)));
    }

    [Fact]
    public async Task Append_DamagedPiece_RefusedAndEarlierBytesKept()
    {
        var stores = new Stores(folder.Path);
        var bytes = Models.Bytes();
        var update = Models.Update(bytes);
        await using (var writer = (await stores.Spool.OpenAsync(update, 0, false, new NoInspection(), default)).Value!)
        {
            Assert.Null(writer.Append(bytes.AsSpan(0, 70_000), Crc32C.Of(bytes.AsSpan(0, 70_000))));
            Assert.Equal(RefusalCode.UpdateChecksum, writer.Append(bytes.AsSpan(70_000, 10), 1)!.Code);
        }

        Assert.Equal((70_000, false), stores.Spool.GetStatus(update.Id, update.Hash));
    }

    [Fact]
    public async Task Append_MoreThanDeclared_Refused()
    {
        var stores = new Stores(folder.Path);
        var bytes = Models.Bytes();
        await using var writer = (await stores.Spool.OpenAsync(Models.Update(bytes), 0, false, new NoInspection(), default)).Value!;
        Assert.Null(Models.AppendAll(writer, bytes));
        Assert.Equal(RefusalCode.UpdateOverrun, writer.Append([1], Crc32C.Of([1]))!.Code);
    }

    [Fact]
    public async Task Complete_OtherHash_RefusedAndRemoved()
    {
        var stores = new Stores(folder.Path);
        var bytes = Models.Bytes();
        var update = Models.Update(bytes) with { Hash = ContentHash.Of([1]) };
        Assert.Equal(RefusalCode.UpdateChecksum, (await stores.SpoolAsync(bytes, update)).Refusal!.Code);
        Assert.Empty(folder.Files());
    }

    [Fact]
    public async Task Read_BitFlippedAnywhere_IsFoundAndNamesTheUpdate()
    {
        var stores = new Stores(folder.Path);
        var bytes = Models.Bytes();
        var update = Models.Update(bytes, client: 5);
        await stores.SpoolAsync(bytes, update);
        var path = folder.Single("*.update");
        var file = await File.ReadAllBytesAsync(path);
        var buffer = new byte[bytes.Length];
        var seed = Environment.TickCount;
        var random = new Random(seed);
        for (var i = 0; i < 100; i++)
        {
            var at = i switch { 0 => 0, 1 => file.Length - 1, 2 => SpoolHeader.Bytes, _ => random.Next(file.Length) };
            var flipped = (byte)(1 << random.Next(8));
            file[at] ^= flipped;
            await File.WriteAllBytesAsync(path, file);
            var error = Assert.Throws<StorageException>(() =>
            {
                using var reader = stores.Spool.Read(update.Id);
                reader.ReadFile(0, buffer);
            });
            Assert.True(error.Refusal.Code == RefusalCode.UpdateChecksum, $"seed {seed}, byte {at}");
            Assert.True(at < SpoolHeader.Bytes || error.Update == update.Id, $"seed {seed}, byte {at}");
            file[at] ^= flipped;
        }
    }

    [Fact]
    public async Task KeepClosed_Reader_ReadsTheSameAndHoldsNoFile()
    {
        var stores = new Stores(folder.Path);
        var bytes = Models.Bytes();
        var update = Models.Update(bytes);
        await stores.SpoolAsync(bytes, update);
        using var reader = stores.Spool.Read(update.Id);
        reader.KeepClosed();

        var read = new byte[bytes.Length];
        reader.ReadFile(0, read);

        Assert.Equal(bytes, read);
        if (OperatingSystem.IsLinux())
        {
            var path = folder.Single("*.update");
            Assert.DoesNotContain(new DirectoryInfo("/proc/self/fd").EnumerateFiles(), file => file.LinkTarget == path);
        }

        File.Delete(folder.Single("*.update"));
        Assert.Equal(RefusalCode.UpdateChecksum, Assert.Throws<StorageException>(() => reader.ReadFile(0, read)).Refusal.Code);
    }

    [Fact]
    public async Task Scan_DamagedFile_IsLeftOutAndReported()
    {
        var stores = new Stores(folder.Path);
        var bytes = Models.Bytes();
        await stores.SpoolAsync(bytes, Models.Update(bytes, client: 1));
        await stores.SpoolAsync(bytes, Models.Update(bytes, client: 10));
        await stores.SpoolAsync(bytes, Models.Update(bytes, client: 2));
        await stores.SpoolAsync(bytes, Models.Update(bytes, client: 1, round: 11));
        await using (var file = File.OpenWrite(Path.Combine(folder.Path, "spool", "run-a", "r1-c10.update")))
        {
            file.SetLength(file.Length - 3);
        }

        var damaged = new List<Refusal>();
        Assert.Equal([1, 2], stores.Spool.Scan("run-a", 1, damaged).Select(update => update.Id.Client));
        Assert.Contains("r1-c10.update", Assert.Single(damaged).Message, StringComparison.Ordinal);
        Assert.Null(stores.Spool.Find(Models.Update(bytes, client: 10).Id));
    }

    [Fact]
    public async Task Complete_ManyAtOnce_ShareDirectorySyncs()
    {
        var stores = new Stores(folder.Path);
        var bytes = Models.Bytes(1, Models.Manifest(10));
        await stores.SpoolAsync(bytes, Models.Update(bytes, client: 99), durable: true);
        var before = stores.Meter.Fsyncs("run-a");
        await Task.WhenAll(Enumerable.Range(0, 32).Select(client => stores.SpoolAsync(bytes, Models.Update(bytes, client), durable: true)));

        // One a file, and fewer than one a file for the directory.
        Assert.InRange(stores.Meter.Fsyncs("run-a") - before, 33, 32 + 31);
        Assert.Equal(33, stores.Spool.Scan("run-a", 1).Count);
    }

    [Fact]
    public async Task Complete_NotDurable_NeverSyncs()
    {
        var stores = new Stores(folder.Path);
        var bytes = Models.Bytes();
        await stores.SpoolAsync(bytes, Models.Update(bytes));
        Assert.Equal(0, stores.Meter.Fsyncs("run-a"));
    }

    [Theory]
    [InlineData("SpoolBeforeWrite@hit=2:disk-full")]
    [InlineData("SpoolBeforeFsync@round=1:disk-full")]
    [InlineData("SpoolAfterRename:disk-full")]
    public async Task Spool_DiskFull_RefusedAndNothingLeft(string failpoints)
    {
        var stores = new Stores(folder.Path, failpoints);
        var bytes = Models.Bytes();
        Assert.Equal(RefusalCode.StorageFull, (await stores.SpoolAsync(bytes, Models.Update(bytes), durable: true)).Refusal!.Code);
        Assert.Empty(folder.Files());
    }

    [Fact]
    public async Task RemoveRound_RemovesItsFilesOnly()
    {
        var stores = new Stores(folder.Path);
        var bytes = Models.Bytes();
        await stores.SpoolAsync(bytes, Models.Update(bytes, round: 1));
        await stores.SpoolAsync(bytes, Models.Update(bytes, round: 11));
        await using (var writer = (await stores.Spool.OpenAsync(Models.Update(bytes, client: 2, round: 1), 0, false, new NoInspection(), default)).Value!)
        {
            Models.AppendAll(writer, bytes.AsSpan(0, 1000));
        }

        stores.Spool.RemoveRound("run-a", 1);
        stores.Spool.RemoveRound("run-unknown", 1);
        Assert.Equal(["spool/run-a/r11-c0.update"], folder.Files());
    }

    [Theory]
    [InlineData("../up")]
    [InlineData("")]
    [InlineData("a/b")]
    public void Paths_NameThatSlippedThrough_Throws(string run) =>
        Assert.Throws<ArgumentException>(() => new Stores(folder.Path).Spool.RemoveRound(run, 1));
}

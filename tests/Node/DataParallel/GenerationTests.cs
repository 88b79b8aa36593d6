using System.Diagnostics;
using Distributed.Node.DataParallel;
using Distributed.Node.Training;
using Distributed.Protocols.Identities;
using Xunit;
using Xunit.Abstractions;

namespace Distributed.Node.Tests.DataParallel;

public sealed class GenerationTests(ITestOutputHelper output)
{
    private const string Mlp = """{ "name": "mlp", "hidden": [32] }""";
    private const string AdamW = """{ "name": "adamw" }""";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task Ranks_AtSeveralSteps_GoOnFromTheFurthest()
    {
        using var ranks = new Ranks(seed: 7, Mlp, AdamW, batch: 24);
        var (early, late) = ((await ranks.TrainAsync(1, steps: 4))[0], (await ranks.TrainAsync(1, steps: 5))[0]);

        var after = await Ranks.AllAsync(3, group =>
        {
            using var replica = ranks.Replica();
            if (group.Rank > 0)
            {
                replica.Load(group.Rank == 1 ? early : late);
            }

            var behind = GenerationStart.Align(replica, ContentHash.Of([]), group, Patience);
            return (Behind: behind, File: replica.Save());
        });

        Assert.Equal([true, true, false], after.Select(rank => rank.Behind));
        Assert.All(after, rank => Assert.True(rank.File.AsSpan().SequenceEqual(late)));
    }

    [Fact]
    public async Task Ranks_OfDifferentRuns_AreAllToldBothHashes()
    {
        using var ranks = new Ranks(seed: 7, Mlp, AdamW, batch: 24);
        var (one, other) = (ContentHash.Of("a"u8), ContentHash.Of("b"u8));

        var told = await Ranks.AllAsync(3, group =>
        {
            using var replica = ranks.Replica();
            return Assert.Throws<TrainingFailedException>(() => GenerationStart.Align(replica, group.Rank == 2 ? other : one, group, Patience)).Message;
        });

        Assert.All(told, message => Assert.Equal($"Rank 0 runs {one}, rank 2 runs {other}; a group needs the same run file and data.", message));
    }

    [Fact]
    public async Task Ranks_WithDifferentParametersOfOneStep_AreAllToldBothHashes()
    {
        using var ranks = new Ranks(seed: 7, Mlp, AdamW, batch: 24);

        var told = await Ranks.AllAsync(2, group =>
        {
            using var replica = ranks.Replica();
            if (group.Rank == 1)
            {
                ranks.Learning.Initialize(replica.Model, seed: 8);
            }

            return Assert.Throws<TrainingFailedException>(() => GenerationStart.Align(replica, ContentHash.Of([]), group, Patience)).Message;
        });

        Assert.All(told, message => Assert.StartsWith("At step 0 rank 0 has parameters ", message, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Rank_KilledWhileOthersTrain_IsLeftBehindAndReplacedByOneThatHeals()
    {
        if (!OperatingSystem.IsLinux())
        {
            return;
        }

        var name = $"test-{Environment.ProcessId}-{Guid.NewGuid():N}";
        var ranks = Enumerable.Range(0, 4).Select(_ => new RankProcess()).ToList();
        try
        {
            Start(ranks, $"{name}-1", steps: int.MaxValue);
            await Task.WhenAll(ranks.Select(rank => rank.SaysAsync("start")));
            await Task.WhenAll(ranks.Select(rank => rank.SaysAsync("step")));

            var killed = Stopwatch.GetTimestamp();
            ranks[2].Kill();
            List<RankProcess> survivors = [ranks[0], ranks[1], ranks[3]];
            await Task.WhenAll(survivors.Select(rank => rank.SaysAsync("broken")));
            Start(survivors, $"{name}-2", steps: int.MaxValue);
            var second = await Task.WhenAll(survivors.Select(rank => rank.SaysAsync("start")));
            await Task.WhenAll(survivors.Select(rank => rank.SaysAsync("step")));
            var pause = Stopwatch.GetElapsedTime(killed);
            output.WriteLine($"from the kill to the next step: {pause.TotalMilliseconds:0} ms");

            var joiner = new RankProcess();
            ranks.Add(joiner);
            List<RankProcess> four = [.. survivors, joiner];
            Start(four, $"{name}-3", steps: 20);
            var third = await Task.WhenAll(four.Select(rank => rank.SaysAsync("start")));
            var end = await Task.WhenAll(four.Select(rank => rank.SaysAsync("done")));

            Assert.All(second, start => Assert.Equal(second[0], start));
            Assert.All(third, start => Assert.Equal(third[0], start));
            Assert.All(end, last => Assert.Equal(end[0], last));
            Assert.True(pause < TimeSpan.FromSeconds(2), $"{pause}");
        }
        finally
        {
            ranks.ForEach(rank => rank.Dispose());
        }
    }

    private static void Start(List<RankProcess> ranks, string group, int steps)
    {
        for (var rank = 0; rank < ranks.Count; rank++)
        {
            ranks[rank].Join(group, rank, ranks.Count, steps);
        }
    }
}

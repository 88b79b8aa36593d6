using Distributed.Collectives.Groups;
using Distributed.Collectives.Tests.Support;
using Microsoft.Extensions.Time.Testing;

namespace Distributed.Collectives.Tests.Groups;

/// <summary>What every kind of group must do.</summary>
public abstract class GroupConformance
{
    // Long enough that only a hang reaches it.
    private static readonly TimeSpan Long = TimeSpan.FromMinutes(1);

    private static readonly int[] Sizes = [1, 2, 3, 5];
    private static readonly long[] Counts = [0, 1, 63, 1009, 70_001];
    private static readonly ElementType[] Types = Enum.GetValues<ElementType>();

    public static IEnumerable<object[]> SizesAndTypes => from size in Sizes from type in Types select new object[] { size, type };

    public static TheoryData<int> EverySize => [.. Sizes];

    public static TheoryData<int> SeveralRanks => [2, 3, 5];

    /// <summary>Whether sums are made in the order of the ranks.</summary>
    protected virtual bool InOrder => true;

    /// <summary>Whether every rank learns why another one broke the group; if not, it learns that one is lost.</summary>
    protected virtual bool TellsWhy => true;

    protected abstract Task<IReadOnlyList<IProcessGroup>> CreateAsync(int size, TimeProvider? time = null);

    [Theory]
    [MemberData(nameof(SizesAndTypes))]
    public async Task AllReduce_EveryCountAndReduction_GivesEveryRankTheSame(int size, ElementType type)
    {
        using var ranks = await Join(size);
        foreach (var (count, reduction) in from count in Counts from reduction in Enum.GetValues<Reduction>() select (count, reduction))
        {
            if (type == ElementType.Int64 && reduction == Reduction.Mean) continue;
            await ranks.All(async group =>
            {
                using var buffer = new Numbers(type, count, Of(group.Rank));
                await group.AllReduceAsync(buffer.Elements, reduction, Long);
                Same(buffer, Reduced(size, reduction), reduction);
            });
        }
    }

    [Theory]
    [MemberData(nameof(SizesAndTypes))]
    public async Task ReduceScatter_EveryCountAndReduction_GivesEveryRankItsBlock(int size, ElementType type)
    {
        using var ranks = await Join(size);
        foreach (var (count, reduction) in from count in Counts from reduction in Enum.GetValues<Reduction>() select (count, reduction))
        {
            if (type == ElementType.Int64 && reduction == Reduction.Mean) continue;
            await ranks.All(async group =>
            {
                using var source = new Numbers(type, count * size, Of(group.Rank));
                using var target = new Numbers(type, count);
                await group.ReduceScatterAsync(source.Elements, target.Elements, reduction, Long);
                Same(target, Reduced(size, reduction, group.Rank * count), reduction);

                // The target as this rank's own block of the source.
                await group.ReduceScatterAsync(source.Elements, Block(source, group.Rank, count), reduction, Long);
                var (reduced, own) = (Reduced(size, reduction), Of(group.Rank));
                Same(source, k => k / count == group.Rank ? reduced(k) : own(k), reduction);
            });
        }
    }

    [Theory]
    [MemberData(nameof(SizesAndTypes))]
    public async Task AllGather_EveryCount_GivesEveryRankAllBlocks(int size, ElementType type)
    {
        using var ranks = await Join(size);
        foreach (var count in Counts)
        {
            await ranks.All(async group =>
            {
                using var source = new Numbers(type, count, Of(group.Rank));
                using var target = new Numbers(type, count * size);
                await group.AllGatherAsync(source.Elements, target.Elements, Long);
                Same(target, k => Of((int)(k / count))(k % count));

                // The source as this rank's own block of the target.
                using var all = new Numbers(type, count * size, k => k / count == group.Rank ? Of(group.Rank)(k % count) : -1);
                await group.AllGatherAsync(Block(all, group.Rank, count), all.Elements, Long);
                Same(all, k => Of((int)(k / count))(k % count));
            });
        }
    }

    [Theory]
    [MemberData(nameof(SizesAndTypes))]
    public async Task Broadcast_EveryCountAndRoot_GivesEveryRankTheRoots(int size, ElementType type)
    {
        using var ranks = await Join(size);
        foreach (var (count, root) in from count in Counts from root in Enumerable.Range(0, size) select (count, root))
        {
            await ranks.All(async group =>
            {
                using var buffer = new Numbers(type, count, Of(group.Rank));
                await group.BroadcastAsync(buffer.Elements, root, Long);
                Same(buffer, Of(root));
            });
        }
    }

    [Theory]
    [MemberData(nameof(SeveralRanks))]
    public async Task SendAndReceive_AroundTheRing_BothWaysAtOnce(int size)
    {
        using var ranks = await Join(size);
        foreach (var (count, type) in from count in Counts.Append(1_000_003) from type in Types select (count, type))
        {
            await ranks.All(async group =>
            {
                var (next, last) = ((group.Rank + 1) % size, (group.Rank + size - 1) % size);
                using var own = new Numbers(type, count, Of(group.Rank));
                using var received = new Numbers(type, count);
                await Task.WhenAll(group.SendAsync(own.Elements, next, Long), group.ReceiveAsync(received.Elements, last, Long));
                Same(received, Of(last));
            });
        }
    }

    [Fact]
    public async Task SendAndReceive_SeveralMessages_KeepTheirOrder()
    {
        using var ranks = await Join(3);
        await ranks.All(async group =>
        {
            using var buffer = new Numbers(ElementType.Int64, 12, _ => group.Rank);
            for (var k = 0; k < 6; k++) buffer[k] = 100 + k;
            var tasks = Enumerable.Range(0, 6).Select(k =>
            {
                var one = buffer.Elements.Slice(group.Rank == 0 ? k : 6 + k, 1);
                return group.Rank == 0 ? group.SendAsync(one, 1 + (k % 2), Long) : k % 2 == group.Rank - 1 ? group.ReceiveAsync(one, 0, Long) : Task.CompletedTask;
            });
            await Task.WhenAll([.. tasks]);
            for (var k = 0; k < 6; k++) Assert.Equal(group.Rank == 0 || k % 2 != group.Rank - 1 ? group.Rank : 100 + k, buffer[6 + k]);
        });
    }

    [Theory]
    [MemberData(nameof(EverySize))]
    public async Task Operations_CalledAhead_RunInTheirOrder(int size)
    {
        using var ranks = await Join(size);
        await ranks.All(async group =>
        {
            using var buffer = new Numbers(ElementType.Float64, 40_000, _ => 1);
            using var all = new Numbers(ElementType.Float64, 40_000 * size);
            Task[] tasks =
            [
                group.AllReduceAsync(buffer.Elements, Reduction.Sum, Long),
                group.AllGatherAsync(buffer.Elements, all.Elements, Long),
                group.BarrierAsync(Long),
                group.ReduceScatterAsync(all.Elements, buffer.Elements, Reduction.Sum, Long),
                group.BroadcastAsync(buffer.Elements, size - 1, Long),
                group.AllReduceAsync(buffer.Elements.Slice(0, 3), Reduction.Mean, Long),
                group.AllReduceAsync(buffer.Elements, Reduction.Max, Long),
            ];
            await Task.WhenAll(tasks);
            Same(buffer, _ => size * size);
        });
    }

    [Theory]
    [MemberData(nameof(SeveralRanks))]
    public async Task AllReduce_NumbersThatRound_GiveTheSameBitsOnEveryRankAndInEveryRun(int size)
    {
        const int Count = 20_011;
        static Func<long, double> Rough(int rank)
        {
            var random = new Random(17 + rank);
            var values = Enumerable.Range(0, Count).Select(_ => (random.NextDouble() - 0.5) * Math.Pow(10, random.Next(-6, 7))).ToArray();
            return k => values[k];
        }

        using var ranks = await Join(size);
        var all = Enumerable.Range(0, size).Select(Rough).ToArray();
        var sums = new byte[2 * size][];
        await ranks.All(async group =>
        {
            for (var run = 0; run < 2; run++)
            {
                using var buffer = new Numbers(ElementType.Float32, Count, all[group.Rank]);
                await group.AllReduceAsync(buffer.Elements, Reduction.Sum, Long);
                sums[(2 * group.Rank) + run] = buffer.Bytes.ToArray();
                if (InOrder) Same(buffer, k => all.Select(value => (float)value(k)).Aggregate((sum, next) => sum + next));
            }
        });
        Assert.All(sums, sum => Assert.Equal(sums[0], sum));
    }

    [Theory]
    [MemberData(nameof(EverySize))]
    public async Task AllReduce_OfAHundredMegabytes_GivesEveryRankTheSum(int size)
    {
        using var ranks = await Join(size);
        await ranks.All(async group =>
        {
            using var buffer = new Numbers(ElementType.Float32, 25 << 20, Of(group.Rank));
            await group.AllReduceAsync(buffer.Elements, Reduction.Sum, Long);
            Same(buffer, Reduced(size, Reduction.Sum));
        });
    }

    [Theory]
    [MemberData(nameof(SeveralRanks))]
    public async Task AllReduce_UnequalCounts_EveryRankIsToldBoth(int size)
    {
        using var ranks = await Join(size);
        var failures = await ranks.Failures(async group =>
        {
            using var buffer = new Numbers(ElementType.Float32, 12);
            await group.AllReduceAsync(buffer.Elements.Slice(0, group.Rank == size - 1 ? 12 : 10), Reduction.Sum, Long);
        });

        Assert.Contains(failures, failure => failure?.Code == FailureCode.Mismatch);
        Assert.All(failures, failure =>
        {
            if (!TellsWhy && failure?.Code == FailureCode.RankLost) return;
            Assert.Equal(FailureCode.Mismatch, failure?.Code);
            Assert.Contains("an all-reduce (Sum) of 10 Float32", failure!.Message, StringComparison.Ordinal);
            Assert.Contains("an all-reduce (Sum) of 12 Float32", failure.Message, StringComparison.Ordinal);
        });
    }

    [Fact]
    public async Task Operations_ThatDiffer_EveryRankIsToldBoth()
    {
        using var ranks = await Join(3);
        var failures = await ranks.Failures(group => group.Rank == 1 ? group.BroadcastAsync(default, 2, Long) : group.BarrierAsync(Long));

        Assert.All(failures, failure => Assert.Contains("a broadcast from rank", failure?.Message, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Receive_OfAnotherCount_BothAreToldBoth()
    {
        using var ranks = await Join(2);
        var failures = await ranks.Failures(async group =>
        {
            using var buffer = new Numbers(ElementType.Float32, 12);
            await (group.Rank == 0 ? group.SendAsync(buffer.Elements, 1, Long) : group.ReceiveAsync(buffer.Elements.Slice(0, 11), 0, Long));
        });

        Assert.All(failures, failure =>
        {
            Assert.Contains("a message of 12 Float32", failure?.Message, StringComparison.Ordinal);
            Assert.Contains("a message of 11 Float32", failure?.Message, StringComparison.Ordinal);
        });
    }

    [Theory]
    [MemberData(nameof(SeveralRanks))]
    public async Task Abort_WhileRanksWait_EveryRankIsToldAtOnceAndLater(int size)
    {
        using var ranks = await Join(size);
        var failures = ranks.Failures(group => group.Rank == 0 ? Task.CompletedTask : group.Rank == 1 ? group.BarrierAsync(Long) : group.ReceiveAsync(default, 0, Long));
        ranks[0].Abort("the loss is NaN");

        Assert.Equal(new(FailureCode.Aborted, 0, "aborted by rank 0: the loss is NaN"), ranks[0].Failure);
        Assert.All((await failures).Skip(1), failure => Assert.True(TellsWhy ? failure == ranks[0].Failure : failure?.Code == FailureCode.RankLost, $"{failure}"));
        var later = await ranks.Failures(group => group.SendAsync(default, (group.Rank + 1) % size, Long));
        Assert.All(later, (failure, rank) => Assert.Equal(rank == 0 || TellsWhy ? FailureCode.Aborted : FailureCode.RankLost, failure?.Code));
    }

    [Fact]
    public async Task Rank_ThatLeaves_IsNamedToThoseWhoWait()
    {
        using var ranks = await Join(3);
        var failures = ranks.Failures(group => group.Rank == 2 ? Task.CompletedTask : group.BarrierAsync(Long));
        ranks[2].Dispose();

        Assert.All((await failures).Take(2), failure => Assert.True(failure?.Code == FailureCode.RankLost && (failure.Rank == 2 || !TellsWhy), $"{failure}"));
    }

    [Fact]
    public async Task Rank_ThatLeavesAfterItsLastOperation_DisturbsNobody()
    {
        for (var run = 0; run < 50; run++)
        {
            using var ranks = await Join(3);
            await ranks.All(async group =>
            {
                using var buffer = new Numbers(ElementType.Float32, 100_000, _ => 1);
                await group.AllReduceAsync(buffer.Elements, Reduction.Sum, Long);
                group.Dispose();
                Same(buffer, _ => 3);
            });
        }
    }

    [Fact]
    public virtual async Task Deadline_RanksThatDoNotCome_AreNamed()
    {
        var time = new FakeTimeProvider();
        using var ranks = await Join(4, time);
        var failures = ranks.Failures(group => group.Rank == 2 ? group.BarrierAsync(TimeSpan.FromSeconds(7)) : Task.CompletedTask);
        while (!failures.IsCompleted)
        {
            // Again until the call has been made: its deadline counts from then.
            time.Advance(TimeSpan.FromSeconds(7));
            await Task.Yield();
        }

        Assert.Equal(new(FailureCode.Deadline, 0, "ranks 0, 1, 3 did not come to a barrier within 7 s"), (await failures)[2]);
    }

    [Fact]
    public async Task Arguments_ThatNoRankCouldUse_ThrowAndBreakNothing()
    {
        using var ranks = await Join(2);
        using var buffer = new Numbers(ElementType.Float32, 4);
        var group = ranks[0];

        await Assert.ThrowsAsync<ArgumentException>(() => group.AllReduceAsync(new(buffer.Elements.Address + 2, 1, ElementType.Float32), Reduction.Sum, Long));
        await Assert.ThrowsAsync<ArgumentException>(() => group.AllReduceAsync(new(0, 1, ElementType.Float32), Reduction.Sum, Long));
        await Assert.ThrowsAsync<ArgumentException>(() => group.AllReduceAsync(buffer.Elements with { Type = ElementType.Int64, Count = 2 }, Reduction.Mean, Long));
        await Assert.ThrowsAsync<ArgumentException>(() => group.AllGatherAsync(buffer.Elements, buffer.Elements, Long));
        await Assert.ThrowsAsync<ArgumentException>(() => group.SendAsync(buffer.Elements, 0, Long));
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => group.BroadcastAsync(buffer.Elements, 2, Long));
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => group.ReceiveAsync(buffer.Elements, -1, Long));
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => group.BarrierAsync(TimeSpan.FromSeconds(-1)));
        await ranks.All(rank => rank.BarrierAsync(Long));
    }

    // Repeats after eleven elements, which no part or chunk is a multiple of.
    private static Func<long, double> Of(int rank) => k => ((k + (3 * rank)) % 11) - 4;

    private static Func<long, double> Reduced(int size, Reduction reduction, long start = 0)
    {
        var table = Enumerable.Range(0, 11).Select(k => Enumerable.Range(0, size).Select(rank => Of(rank)(start + k)).ToArray()).Select(values => reduction switch
        {
            Reduction.Sum => values.Sum(),
            Reduction.Mean => values.Sum() / size,
            Reduction.Max => values.Max(),
            _ => values.Min(),
        }).ToArray();
        return k => table[k % 11];
    }

    private static Elements Block(Numbers all, int rank, long count) => all.Elements.Slice(rank * count, count);

    private static void Same(Numbers numbers, Func<long, double> expected, Reduction reduction = Reduction.Sum)
    {
        // Means need not be numbers that the type has.
        var type = numbers.Elements.Type;
        Func<double, double> round = reduction != Reduction.Mean || type == ElementType.Float64 ? x => x
            : type == ElementType.Float32 ? x => (float)x : x => BFloat16Of((float)x);
        Assert.Null(numbers.Difference(k => round(expected(k))));
    }

    private static float BFloat16Of(float x)
    {
        var bits = BitConverter.SingleToUInt32Bits(x);
        return BitConverter.UInt32BitsToSingle((uint)Math.Round(bits / 65536.0, MidpointRounding.ToEven) << 16);
    }

    private async Task<Ranks> Join(int size, TimeProvider? time = null) => new(await CreateAsync(size, time));
}

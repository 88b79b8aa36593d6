using System.Runtime.InteropServices;
using Distributed.Algorithms.Tensors;
using Distributed.Node.DataParallel;
using Distributed.Node.Models;
using Distributed.Node.Training;
using TorchSharp;
using Xunit;

namespace Distributed.Node.Tests.DataParallel;

public sealed class StepLoopTests
{
    private const string Sgd = """{ "name": "sgd", "learningRate": 0.05, "momentum": 0.9 }""";
    // Sums in another order differ by 1e-8 until a unit whose input is near zero is on for one and off for the other, on one rank too. At this rate that is rare.
    private const string GentleSgd = """{ "name": "sgd", "learningRate": 0.005, "momentum": 0.9 }""";
    private const string AdamW = """{ "name": "adamw", "learningRate": 0.001, "weightDecay": 0.01 }""";
    private const string LeNet = """{ "name": "lenet" }""";
    private const string Mlp = """{ "name": "mlp", "hidden": [32] }""";

    [Theory]
    [InlineData(2, 24, GentleSgd)]
    [InlineData(3, 24, GentleSgd)]
    [InlineData(4, 24, GentleSgd)]
    [InlineData(3, 25, GentleSgd)]
    [InlineData(4, 24, AdamW)]
    public async Task HundredSteps_OnSeveralRanks_EqualThoseOfOneRank(int size, int batch, string optimizer)
    {
        using var ranks = new Ranks(seed: 7, LeNet, optimizer, batch);

        var start = (await ranks.TrainAsync(1, steps: 0))[0];
        var one = (await ranks.TrainAsync(1, steps: 100))[0];
        var several = await ranks.TrainAsync(size, steps: 100);

        Assert.All(several, rank => Assert.True(rank.AsSpan().SequenceEqual(several[0])));
        Assert.InRange(LargestDifference(one, several[0]), 0, 1e-4);
        Assert.True(LargestDifference(start, one) > 0.01);
    }

    [Theory]
    [InlineData(Sgd)]
    [InlineData(AdamW)]
    [InlineData("""{ "name": "sgd", "learningRate": 0.05 }""")]
    public async Task Training_ResumedFromACheckpoint_GivesTheSameBits(string optimizer)
    {
        using var ranks = new Ranks(seed: 7, LeNet, optimizer, batch: 20);

        var whole = (await ranks.TrainAsync(2, steps: 40))[0];
        var half = (await ranks.TrainAsync(2, steps: 25))[0];
        var resumed = (await ranks.TrainAsync(2, steps: 15, from: half))[0];

        Assert.True(whole.AsSpan().SequenceEqual(resumed));
    }

    [Fact]
    public async Task Training_ResumedOnASchedule_GivesTheSameBits()
    {
        using var ranks = new Ranks(seed: 7, Mlp, AdamW, batch: 20);
        ranks.Plan = ranks.Plan with { Schedule = new CosineSchedule(Warmup: 5, Steps: 40, Floor: 0.1) };

        var whole = (await ranks.TrainAsync(2, steps: 40))[0];
        var half = (await ranks.TrainAsync(2, steps: 25))[0];
        var resumed = (await ranks.TrainAsync(2, steps: 15, from: half))[0];

        Assert.True(whole.AsSpan().SequenceEqual(resumed));
    }

    [Fact]
    public void Schedule_ByStep_RisesAndFallsAlongACosine()
    {
        var schedule = new CosineSchedule(Warmup: 4, Steps: 14, Floor: 0.1);

        Assert.Equal([0.25, 0.5, 0.75, 1, 1], Enumerable.Range(0, 5).Select(step => schedule.Share(step)));
        Assert.Equal(0.55, schedule.Share(9), 12);
        Assert.Equal(0.1, schedule.Share(14), 12);
        Assert.Equal(0.1, schedule.Share(99), 12);
    }

    [Theory]
    [InlineData(Sgd)]
    [InlineData(AdamW)]
    public async Task HundredSteps_OnFourRanks_AreTheBitsOfOneRankInFourParts(string optimizer)
    {
        using var ranks = new Ranks(seed: 7, LeNet, optimizer, batch: 24);

        var four = (await ranks.TrainAsync(4, steps: 100))[0];
        ranks.Plan = ranks.Plan with { MicroBatch = 6 };
        var one = (await ranks.TrainAsync(1, steps: 100))[0];

        Assert.True(one.AsSpan().SequenceEqual(four));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Gradients_OfSmallerParts_AddUpToThoseOfTheBatch(int size)
    {
        using var ranks = new Ranks(seed: 7, LeNet, Sgd, batch: 24);

        var whole = (await ranks.TrainAsync(1, steps: 30))[0];
        ranks.Plan = ranks.Plan with { MicroBatch = 5 };
        var parts = (await ranks.TrainAsync(size, steps: 30))[0];

        Assert.InRange(LargestDifference(whole, parts), 0, 1e-4);
    }

    [Fact]
    public async Task ManySteps_LowerTheLoss()
    {
        using var ranks = new Ranks(seed: 7, Mlp, Sgd, batch: 32);

        var losses = (await Ranks.AllAsync(2, group =>
        {
            using var replica = ranks.Replica();
            using var loop = new StepLoop(ranks.Learning, replica, ranks.Plan);
            return Enumerable.Range(0, 150).Select(_ => loop.Next(group).Loss).ToArray();
        }))[0];

        Assert.True(losses[^10..].Average() < losses[..10].Average() / 2, $"{losses[..10].Average()} -> {losses[^10..].Average()}");
    }

    [Fact]
    public async Task Evaluation_ByShares_IsThatOfOneRank()
    {
        using var ranks = new Ranks(seed: 7, Mlp, Sgd, batch: 32);

        var one = await EvaluateAsync(1);
        var three = await EvaluateAsync(3);

        Assert.Equal(100, one[0].Examples);
        Assert.All(three, sums => Assert.Equal((one[0].Examples, one[0].Correct), (sums.Examples, sums.Correct)));
        Assert.All(three, sums => Assert.Equal(one[0].LossSum, sums.LossSum, 3));

        Task<EvaluationResult[]> EvaluateAsync(int size) => Ranks.AllAsync(size, group =>
        {
            using var replica = ranks.Replica();
            using var loop = new StepLoop(ranks.Learning, replica, ranks.Plan);
            return loop.Evaluate(group, [.. Enumerable.Range(0, 100)], 30, CancellationToken.None);
        });
    }

    [Fact]
    public async Task Gradients_LongerThanTheLimit_AreShortenedToIt()
    {
        using var ranks = new Ranks(seed: 7, Mlp, """{ "name": "sgd", "learningRate": 1 }""", batch: 32);
        ranks.Plan = ranks.Plan with { MaxNorm = 0.01 };

        var before = (await ranks.TrainAsync(1, steps: 0))[0];
        var after = (await ranks.TrainAsync(2, steps: 1))[0];

        Assert.Equal(0.01, Math.Sqrt(Numbers(before).Zip(Numbers(after), (a, b) => Math.Pow(a - b, 2)).Sum()), 4);
    }

    [Fact]
    public async Task Step_WhoseLossIsNotFinite_IsSkippedByAllAndThenEndsTheRun()
    {
        using var ranks = new Ranks(seed: 7, Mlp, Sgd, batch: 32);
        ranks.Learning = new Poisoned(ranks.Learning);
        ranks.Plan = ranks.Plan with { MaxSkips = 2 };

        var seen = await Ranks.AllAsync(2, group =>
        {
            using var replica = ranks.Replica();
            using var loop = new StepLoop(ranks.Learning, replica, ranks.Plan);
            var start = replica.ParameterHash();
            var skipped = new[] { loop.Next(group).Skipped, loop.Next(group).Skipped };
            var end = Assert.Throws<TrainingFailedException>(() => loop.Next(group));
            return (Skipped: skipped, Same: start == replica.ParameterHash(), end.Message);
        });

        Assert.All(seen, rank => Assert.Equal([true, true], rank.Skipped));
        Assert.All(seen, rank => Assert.True(rank.Same));
        Assert.All(seen, rank => Assert.Contains("step 3 are not finite", rank.Message, StringComparison.Ordinal));
    }

    [Fact]
    public void Plan_WithABatchSmallerThanTheWorld_IsToldWithBothNumbers()
    {
        using var ranks = new Ranks(seed: 7, Mlp, Sgd, batch: 3);

        Assert.Null(StepLoop.Misfit(ranks.Learning, ranks.Plan, 3));
        Assert.Equal("a batch of 3 is too small for 4 ranks; each needs one example", StepLoop.Misfit(ranks.Learning, ranks.Plan, 4));
    }

    private static double LargestDifference(byte[] one, byte[] other) =>
        Numbers(one).Zip(Numbers(other), (a, b) => (double)Math.Abs(a - b)).Max();

    private static float[] Numbers(byte[] file)
    {
        var header = Safetensors.ReadHeader(new MemoryStream(file), file.Length);
        return [.. header.Manifest.Where(entry => entry.IsTrainable)
            .SelectMany(entry => MemoryMarshal.Cast<byte, float>(file.AsSpan((int)(header.DataOffset + entry.Offset), (int)entry.ByteLength)).ToArray())];
    }

    private sealed class Poisoned(ILearningTask task) : ILearningTask
    {
        public int TrainCount => task.TrainCount;

        public int TestCount => task.TestCount;

        public IReadOnlyList<int> TrainLabels => task.TrainLabels;

        public torch.nn.Module BuildModel() => task.BuildModel();

        public Batch ReadBatch(Split split, torch.Tensor indices) => task.ReadBatch(split, indices);

        public torch.Tensor Losses(torch.nn.Module model, Batch batch) => task.Losses(model, batch) * float.NaN;

        public BatchScores Evaluate(torch.nn.Module model, Batch batch) => task.Evaluate(model, batch);

        public void Dispose() => task.Dispose();
    }
}

using Distributed.Algorithms.Merging;
using Distributed.Algorithms.Merging.Methods;
using Distributed.Algorithms.Tensors;
using Distributed.Algorithms.Tests.Merging;
using FsCheck;
using FsCheck.Fluent;
using Xunit;

namespace Distributed.Algorithms.Tests.Properties;

/// <summary>What must hold for every merge, whatever the numbers; FsCheck prints the seed of a failure.</summary>
public class MergePropertyTests
{
    public static TheoryData<string> Methods => [.. Registry.Mergers.Select(m => m.Name)];

    [Theory]
    [MemberData(nameof(Methods))]
    public void Threads_AndBlocks_ChangeNoBit(string method) => Check(c =>
    {
        var merger = Registry.FindMerger(method)!;
        var small = Run(merger, c, new() { Parallelism = 7, BufferBytes = 1 << 16 });
        return Same(small, Run(merger, c, new() { Parallelism = 1, BufferBytes = 1 << 30 }))
            && Same(small, Run(merger, c, new() { Parallelism = 3, BufferBytes = 1 << 20 }));
    });

    [Theory]
    [MemberData(nameof(Methods))]
    public void Order_OfTensorsInOtherModels_ChangesNoBit(string method) => Check(c =>
    {
        var merger = Registry.FindMerger(method)!;
        var input = c.For(merger);
        var other = input with
        {
            Models = [input.Models[0], .. input.Models.Skip(1).Select(Reversed)], Base = input.Base is null ? null : Reversed(input.Base),
        };
        var parameters = MergeCases.Parameters(merger);
        return Same(Merges.Run(method, parameters, input).Model, Merges.Run(method, parameters, other).Model);
    });

    [Fact]
    public void Slerp_Endpoints_AreTheModels() => Check(c =>
    {
        var input = Merges.Input([c.Model(0), c.Model(1)]);
        return Same(Merges.Run("slerp", new SlerpParameters { T = 0 }, input).Model, c.Model(0), integers: false)
            && Same(Merges.Run("slerp", new SlerpParameters { T = 1 }, input).Model, c.Model(1), integers: false);
    });

    [Fact]
    public void Slerp_UnitVectors_StayUnitVectors() => Check(c =>
    {
        double[] Unit(int k)
        {
            var bias = c.Model(k).Values<double>("a.bias").ToArray();
            var norm = Norms.Euclidean(bias);
            return [.. bias.Select(x => x / norm)];
        }

        var (a, b) = (Merges.Model(Unit(0)), Merges.Model(Unit(1)));
        var merged = Merges.Values("slerp", new SlerpParameters { T = 0.3, Threshold = 1 }, Merges.Input([a, b]));
        return Math.Abs(Norms.Euclidean(merged) - 1) < 1e-12;
    });

    [Theory]
    [InlineData("linear")]
    [InlineData("uniform-soup")]
    [InlineData("slerp")]
    [InlineData("nuslerp")]
    [InlineData("ema")]
    public void EqualModels_GiveThatModel(string method) => Check(c =>
    {
        var merger = Registry.FindMerger(method)!;
        var models = Enumerable.Repeat(c.Model(0), Math.Min(merger.MostModels, c.Count)).ToList();
        var input = Merges.Input(models, merger.TakesWeights ? c.Weights : null);
        var parameters = (MergerParameters)Activator.CreateInstance(merger.Parameters)!;
        return Near(Merges.Run(method, parameters, input).Model, c.Model(0), 1e-14);
    });

    [Theory]
    [InlineData("ties")]
    [InlineData("ties-paper")]
    [InlineData("model-stock")]
    [InlineData("task-arithmetic")]
    public void EqualWeights_OrderOfModels_DoesNotMatter(string method) => Check(c =>
    {
        var merger = Registry.FindMerger(method)!;
        var input = Merges.Input(Enumerable.Range(0, c.Count).Select(c.Model), null, c.Model(-1));
        var parameters = MergeCases.Parameters(merger);
        // Sums of more than two in another order round otherwise, and a sum that should be 0 may then elect another sign.
        var two = input with { Models = [.. input.Models.Take(2)] };
        return Near(Merges.Run(method, parameters, two).Model, Merges.Run(method, parameters, two with { Models = [.. two.Models.Reverse()] }).Model, 1e-13);
    });

    [Fact]
    public void Ties_EverythingKeptAndAgreed_IsTheWeightedMean() => Check(c =>
    {
        // Models on one side of the base.
        var origin = new TensorSet(c.Manifest);
        var models = Enumerable.Range(0, c.Count).Select(k => Positive(c.Model(k))).ToList();
        var ties = Merges.Run("ties", new TiesParameters(), Merges.Input(models, c.Weights, origin)).Model;
        return Near(ties, Merges.Run("linear", new LinearParameters(), Merges.Input(models, c.Weights)).Model, 1e-13);
    });

    [Fact]
    public void Dare_TensorCutIntoShards_DropsTheSame() => Check(c =>
    {
        // The same tensor alone in a model, and behind others.
        var parameters = new DareParameters { Density = 0.4, Seed = c.Seed, Rescale = MergeRescale.Density };
        var whole = Merges.Run("dare-linear", parameters, Merges.Input([c.Model(0), c.Model(1)], null, c.Model(-1))).Model;
        var alone = Merges.Run("dare-linear", parameters, Merges.Input([Only(c.Model(0)), Only(c.Model(1))], null, Only(c.Model(-1)))).Model;
        return whole.Bytes("a.weight").SequenceEqual(alone.Bytes("a.weight"));
    });

    [Fact]
    public void Dare_L1_KeepsTheSumOfMagnitudes() => Check(c =>
    {
        var origin = new TensorSet(c.Manifest);
        var merged = Merges.Run("dare-linear", new DareParameters { Seed = c.Seed }, Merges.Input([c.Model(0)], null, origin)).Model;
        var (before, after) = (Magnitude(c.Model(0)), Magnitude(merged));
        return after == 0 || Math.Abs(before - after) < 1e-12 * before;

        static double Magnitude(TensorSet model) => model.Values<double>("a.bias").ToArray().Sum(Math.Abs);
    });

    [Fact]
    public void Pruning_KeepsTheLargestOfAllMatrices() => Check(c =>
    {
        var model = c.Model(0);
        var pruned = Merges.Run("prune", new MagnitudePruningParameters { Sparsity = 0.3 }, Merges.Input([model])).Model;
        var (before, after) = (Weights(model), Weights(pruned));
        // "long" has one axis, so it is none of the matrices.
        var cut = (int)(0.3 * before.Length);
        var threshold = before.Select(Math.Abs).Order().ElementAt(Math.Max(0, cut - 1));
        return before.Zip(after).Count(p => p.First != 0 && p.Second == 0) <= cut
            && before.Zip(after).All(p => p.Second == p.First || (p.Second == 0 && Math.Abs(p.First) <= threshold))
            && after.Count(w => w == 0) >= cut
            && model.Bytes("long").SequenceEqual(pruned.Bytes("long")) && model.Bytes("a.bias").SequenceEqual(pruned.Bytes("a.bias"));

        static double[] Weights(TensorSet set) =>
        [
            .. set.Values<float>("a.weight").ToArray().Select(w => (double)w),
            .. set.Values<ushort>("b.weight").ToArray().Select(b => (double)BitConverter.UInt32BitsToSingle((uint)b << 16)),
        ];
    });

    private static void Check(Func<MergeCases, bool> property) =>
        Prop.ForAll(MergeCases.Any, property).Check(Config.QuickThrowOnFailure.WithMaxTest(20));

    private static TensorSet Run(MergerEntry merger, MergeCases c, WorkLimits limits)
    {
        var (report, model) = Merges.Run(merger.Name, MergeCases.Parameters(merger), c.For(merger) with { Limits = limits });
        Assert.Equal(MergeOutcome.Merged, report.Outcome);
        return model;
    }

    private static MergeSource Reversed(MergeSource source)
    {
        var set = new TensorSet(new TensorManifest(source.Manifest.Reverse()));
        foreach (var entry in source.Manifest)
            ((TensorSet)source.Data).Bytes(entry.Name).CopyTo(set.Bytes(entry.Name));
        return new MergeSource(source.Name, set.Manifest, set) { Weight = source.Weight };
    }

    private static TensorSet Only(TensorSet model)
    {
        var set = new TensorSet(new TensorManifest([model.Manifest["a.weight"]]));
        model.Bytes("a.weight").CopyTo(set.Data.Span);
        return set;
    }

    private static TensorSet Positive(TensorSet model)
    {
        foreach (ref var x in model.Values<float>("a.weight")) x = MathF.Abs(x) + 0.01f;
        foreach (ref var x in model.Values<double>("a.bias")) x = Math.Abs(x) + 0.01;
        foreach (ref var x in model.Values<ushort>("b.weight")) x = (ushort)((x & 0x7FFF) | 0x3C00);
        foreach (ref var x in model.Values<Half>("long")) x = Half.Abs(x) + (Half)0.01;
        return model;
    }

    private static bool Same(TensorSet a, TensorSet b, bool integers = true) =>
        a.Manifest.Equals(b.Manifest) && a.Manifest.All(t => (!integers && !t.DType.IsFloating()) || a.Bytes(t.Name).SequenceEqual(b.Bytes(t.Name)));

    private static bool Near(TensorSet a, TensorSet b, double tolerance)
    {
        // What is rounded to fewer bits may fall to the other side of a step.
        foreach (var (x, y) in a.Values<float>("a.weight").ToArray().Zip(b.Values<float>("a.weight").ToArray()))
            if (Math.Abs(x - y) > 2e-7 * (Math.Abs(y) + 1)) return false;
        foreach (var (x, y) in a.Values<Half>("long").ToArray().Zip(b.Values<Half>("long").ToArray()))
            if (Math.Abs((double)x - (double)y) > 1e-3 * (Math.Abs((double)y) + 1)) return false;
        foreach (var (x, y) in a.Values<double>("a.bias").ToArray().Zip(b.Values<double>("a.bias").ToArray()))
            if (Math.Abs(x - y) > tolerance) return false;
        return true;
    }
}

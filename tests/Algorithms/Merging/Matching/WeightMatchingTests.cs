using System.Collections.Immutable;
using Distributed.Algorithms.Merging;
using Distributed.Algorithms.Merging.Graphs;
using Distributed.Algorithms.Merging.Matching;
using Distributed.Algorithms.Merging.Permutations;
using Distributed.Algorithms.Tensors;
using Distributed.Algorithms.Tests.Merging.Graphs;
using FsCheck;
using FsCheck.Fluent;
using Xunit;

namespace Distributed.Algorithms.Tests.Merging.Matching;

public class WeightMatchingTests
{
    private static readonly PlantedModels Planted = new(11, [12, 20, 17, 25, 9, 5]);

    [Fact]
    public void Run_PlantedCopy_IsRecoveredInAnyOrder() => ForAll(c =>
    {
        // Wide enough inputs: units that differ hardly could be exchanged.
        foreach (var options in Orders(c.Seed))
        {
            if (!WeightMatching.Run(c.Spec, c.Reference, c.Model, options).Permutations.Equals(c.Planted.Inverse())) return false;
        }
        return true;
    }, wide: true, tests: 10);

    [Fact]
    public void Run_AnyModels_NeverLowersTheObjective() => ForAll(c =>
    {
        var other = new PlantedModels(c.Seed + 1, c.Widths).Reference;
        foreach (var options in Orders(c.Seed).Take(3))
        {
            var match = WeightMatching.Run(c.Spec, c.Reference, other, options);
            var objective = match.InitialObjective;
            foreach (var visit in match.Visits)
            {
                if (visit.Gain < 0 || Math.Abs(objective + visit.Gain - visit.Objective) > 1e-9) return false;
                objective = visit.Objective;
            }
            if (!match.IsConverged || Math.Abs(objective - match.Objective) > 1e-9 * (1 + Math.Abs(objective))) return false;
            if (Math.Abs(match.Objective - Objective(c.Spec, c.Reference, other, match.Permutations)) > 1e-9) return false;
        }
        return true;
    });

    [Fact]
    public void Run_ConvergedWithoutKeptSums_StaysWhereItIs() => ForAll(c =>
    {
        // What was summed piece by piece must be what is summed at once: from the result, nothing more is to be gained.
        var other = new PlantedModels(c.Seed + 1, c.Widths).Reference;
        var match = WeightMatching.Run(c.Spec, c.Reference, other, new() { Seed = c.Seed });
        var again = WeightMatching.Run(c.Spec, c.Reference, other, new() { Seed = c.Seed, WarmStart = match.Permutations });
        return again.Permutations.Equals(match.Permutations) && again.Sweeps == 1;
    });

    [Fact]
    public void Run_EqualModels_GivesTheIdentityWithoutGains() => ForAll(c =>
    {
        var match = WeightMatching.Run(c.Spec, c.Reference, c.Reference);
        return match.Permutations.IsIdentity && match.Sweeps == 1 && match.Visits.All(visit => visit.Gain == 0);
    });

    [Fact]
    public void Run_SinglePrecision_IsRecovered()
    {
        var models = new PlantedModels(3, Planted.Widths, DType: TensorDType.F32);
        var mixed = Planted with { Seed = 3 };
        Assert.Equal(models.Planted.Inverse(), WeightMatching.Run(models.Spec, models.Reference, models.Model).Permutations);
        Assert.Equal(models.Planted.Inverse(), WeightMatching.Run(models.Spec, mixed.Reference, models.Model).Permutations);
    }

    [Theory]
    [InlineData(VisitOrder.Colours)]
    [InlineData(VisitOrder.Random)]
    public void Run_OnSeveralThreads_GivesTheSameBits(VisitOrder order)
    {
        var other = new PlantedModels(12, Planted.Widths).Reference;
        var one = WeightMatching.Run(Planted.Spec, Planted.Reference, other, new() { Order = order });
        var many = WeightMatching.Run(Planted.Spec, Planted.Reference, other, new() { Order = order, Parallelism = 4 });
        Assert.Equal(one.Permutations, many.Permutations);
        Assert.Equal(one.Visits.Select(v => (v.Sweep, v.Permutation, v.Gain, v.Objective)), many.Visits.Select(v => (v.Sweep, v.Permutation, v.Gain, v.Objective)));
    }

    [Fact]
    public void Run_ByColours_VisitsEvenLayersAndThenOdd() => Assert.Equal(
        "P0 P2 P1 P3", string.Join(' ', WeightMatching.Run(
            Planted.Spec, Planted.Reference, Planted.Model, new() { Order = VisitOrder.Colours }).Visits.Take(4).Select(visit => visit.Permutation)));

    [Fact]
    public void Run_WarmStartAtTheResult_ConvergesAtOnce()
    {
        var match = WeightMatching.Run(Planted.Spec, Planted.Reference, Planted.Model, new() { WarmStart = Planted.Planted.Inverse() });
        Assert.Equal(1, match.Sweeps);
        Assert.Equal(match.InitialObjective, match.Objective);
    }

    [Fact]
    public void Run_DeadUnits_KeepTheirPlaces()
    {
        var (a, b) = (new TensorSet(Planted.Manifest), Planted.Copy());
        Planted.Reference.Data.Read(0, a.Data.Span).CopyTo(a.Data.Span);
        // Three units of the first layer do nothing in either model: any order of them is as good.
        foreach (var set in new[] { a, b })
        {
            var p = set == a ? UnitPermutations.Identity(Planted.Spec.Sizes(Planted.Manifest)) : Planted.Planted;
            foreach (var dead in new[] { 3, 4, 5 })
            {
                var place = p["P0"].IndexOf(dead);
                set.Values<double>("l1.weight").Slice(place * 12, 12).Clear();
                set.Values<double>("l1.bias")[place] = 0;
                for (var unit = 0; unit < 17; unit++) set.Values<double>("l2.weight")[(unit * 20) + place] = 0;
            }
        }
        var match = WeightMatching.Run(Planted.Spec, StoredModel.Of(a), StoredModel.Of(b));
        Assert.True(match.IsConverged);
        Assert.Equal(Planted.Planted.Inverse()["P0"].Where((_, i) => i is < 3 or > 5), match.Permutations["P0"].Where((_, i) => i is < 3 or > 5));
        var same = WeightMatching.Run(Planted.Spec, StoredModel.Of(a), StoredModel.Of(a));
        Assert.True(same.Permutations.IsIdentity);
    }

    [Theory]
    [MemberData(nameof(Networks.Names), MemberType = typeof(Networks))]
    public void Run_RelabelledNetworkOfAnyKind_FindsAsMuchAsWasLost(string name)
    {
        var (network, seed) = (Networks.Get(name), Seeds.Next());
        var spec = GraphSymmetry.Of(network.Graph).Spec;
        var (a, b) = (network.Model(seed), network.Model(seed));
        // Few units move: from a far start small networks end in other optima.
        var planted = UnitPermutations.Identity(spec.Sizes(a.Manifest));
        planted = new UnitPermutations(planted.All.SetItem(spec.Names[0], [.. planted[spec.Names[0]].Reverse()]));
        PermutedModel.Apply(spec, planted, (TensorSet)b.Data);
        var match = WeightMatching.Run(spec, a, b, new() { Seed = seed });
        Assert.Equal(match.Objective, Objective(spec, a, b, match.Permutations), 1e-9);
        Assert.True(match.Objective >= match.InitialObjective, $"{name}, seed {seed}");
        // No permutation can make models more alike than equal: the norm of what counts is the most.
        Assert.True(match.Objective <= Objective(spec, a, a, UnitPermutations.Identity(spec.Sizes(a.Manifest))) + 1e-9, $"{name}, seed {seed}");
    }

    [Fact]
    public void Run_PermutationOnBothAxesOfATensor_RisesAndIsRecoveredFromNearby()
    {
        // The same matrix used twice: its two axes follow one permutation, and the problem is quadratic.
        var spec = new PermutationSpec([TensorAxes.Of("in", "P", null), TensorAxes.Of("shared", "P", "P"), TensorAxes.Of("out", null, "P")]);
        var set = new TensorSet(new TensorManifest([new("in", TensorDType.F64, [15, 8]), new("shared", TensorDType.F64, [15, 15]), new("out", TensorDType.F64, [4, 15])]));
        var random = new Random(5);
        foreach (var entry in set.Manifest)
            foreach (ref var x in set.Values<double>(entry.Name)) x = random.NextDouble() - 0.5;
        var copy = new TensorSet(set.Manifest, set.Data.ToArray());
        var planted = UnitPermutations.Shuffled(spec.Sizes(set.Manifest), 6);
        PermutedModel.Apply(spec, planted, copy);
        var match = WeightMatching.Run(spec, StoredModel.Of(set), StoredModel.Of(copy));
        Assert.Equal(planted.Inverse(), match.Permutations);
        Assert.All(match.Visits, visit => Assert.True(visit.Gain >= 0));
        Assert.Equal(match.Objective, Objective(spec, StoredModel.Of(set), StoredModel.Of(copy), match.Permutations), 1e-9);
    }

    [Fact]
    public void Run_WeightsAndNorms_ChangeWhatCounts()
    {
        var other = new PlantedModels(12, Planted.Widths).Reference;
        var zero = Planted.Manifest.ToImmutableDictionary(entry => entry.Name, _ => 0.0);
        Assert.Equal(0, WeightMatching.Run(Planted.Spec, Planted.Reference, other, new() { Weights = zero }).Objective);
        var excluded = WeightMatching.Run(Planted.Spec, Planted.Reference, other, new() { Excluded = [.. Planted.Manifest.Select(entry => entry.Name)] });
        Assert.True(excluded.Permutations.IsIdentity);
        var doubled = Planted.Manifest.ToImmutableDictionary(entry => entry.Name, _ => 2.0);
        Assert.Equal(
            2 * WeightMatching.Run(Planted.Spec, Planted.Reference, other).Objective,
            WeightMatching.Run(Planted.Spec, Planted.Reference, other, new() { Weights = doubled }).Objective, 1e-9);
        // Of unit norm, seven tensors that move (the last bias does not) can come to nine at most.
        var cosines = WeightMatching.Run(Planted.Spec, Planted.Reference, Planted.Model, new() { Normalise = true });
        Assert.InRange(cosines.Objective, 8.9, 9);
    }

    [Fact]
    public void Run_RunningStatistics_SayNothingUnlessAsked()
    {
        var spec = new PermutationSpec([TensorAxes.Of("mean", "P")]);
        var manifest = new TensorManifest([new("mean", TensorDType.F64, [3], isBuffer: true)]);
        TensorSet Of(double[] values)
        {
            var set = new TensorSet(manifest);
            values.CopyTo(set.Values<double>("mean"));
            return set;
        }

        var (a, b) = (StoredModel.Of(Of([1, 2, 3])), StoredModel.Of(Of([3, 2, 1])));
        Assert.True(WeightMatching.Run(spec, a, b).Permutations.IsIdentity);
        Assert.Equal([2, 1, 0], WeightMatching.Run(spec, a, b, new() { IncludeBuffers = true }).Permutations["P"].ToArray());
    }

    [Fact]
    public void Run_Cancelled_Throws() => Assert.Throws<OperationCanceledException>(
        () => WeightMatching.Run(Planted.Spec, Planted.Reference, Planted.Model, cancellation: new CancellationToken(canceled: true)));

    [Fact]
    public void Run_SweepsRunOut_SaysSo()
    {
        var match = WeightMatching.Run(Planted.Spec, Planted.Reference, Planted.Model, new() { MaxSweeps = 1 });
        Assert.False(match.IsConverged);
        Assert.True(match.Objective > match.InitialObjective);
    }

    [Fact]
    public void Align_ClientThatStayedClose_MovesNothing()
    {
        var client = new TensorSet(Planted.Manifest, ((TensorSet)Planted.Reference.Data).Data.ToArray());
        foreach (ref var x in client.Values<double>("l1.weight")) x *= 1.01;
        var before = client.Data.ToArray();
        var match = ReferenceAlignment.Align(Planted.Spec, Planted.Reference, client);
        Assert.Equal((true, 1), (match.Permutations.IsIdentity, match.Sweeps));
        Assert.Equal(before, client.Data.ToArray());
    }

    private static IEnumerable<WeightMatchingOptions> Orders(int seed) =>
    [
        new() { Order = VisitOrder.Specification }, new() { Order = VisitOrder.Colours },
        .. Enumerable.Range(0, 12).Select(k => new WeightMatchingOptions { Seed = seed + k }),
    ];

    /// <summary>⟨reference, permuted model⟩ over the tensors that any permutation touches, the plain way.</summary>
    private static double Objective(PermutationSpec spec, StoredModel reference, StoredModel model, UnitPermutations permutations)
    {
        var permuted = new TensorSet(model.Manifest);
        PermutedModel.Copy(spec, permutations, model.Manifest, model.Data, permuted);
        var sum = 0.0;
        foreach (var tensor in spec.Tensors.Where(tensor => !tensor.IsFixed))
        {
            var a = ((TensorSet)reference.Data).Values<double>(tensor.Name);
            var b = permuted.Values<double>(tensor.Name);
            for (var i = 0; i < a.Length; i++) sum += a[i] * b[i];
        }
        return sum;
    }

    private static void ForAll(Func<PlantedModels, bool> holds, bool wide = false, int tests = 40) => Prop.ForAll(Arb.From(
        from seed in Gen.Choose(0, int.MaxValue - 100)
        from first in Gen.Choose(wide ? 12 : 1, 20)
        from second in Gen.Choose(wide ? 12 : 1, 24)
        from third in Gen.Choose(wide ? 12 : 1, 24)
        select new PlantedModels(seed, [first, second, third, 6])), holds).Check(Config.QuickThrowOnFailure.WithMaxTest(tests));
}

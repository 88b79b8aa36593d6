using Distributed.Algorithms.Merging;
using Distributed.Algorithms.Merging.Matching;
using Distributed.Algorithms.Merging.Permutations;
using Distributed.Algorithms.Tests.Vectors;
using Xunit;

namespace Distributed.Algorithms.Tests.Merging.Matching;

public class WeightMatchingVectorTests
{
    /// <summary>Every case of the three files.</summary>
    private static IEnumerable<VectorCase> Cases =>
    [
        .. VectorFile.Cases("merging", "weight_matching_mlp"),
        .. VectorFile.Cases("merging", "weight_matching_resnet"),
        .. VectorFile.Whole("merging", "weight_matching_conv"),
    ];

    /// <summary>The fixed order, colours, and random ones: fourteen.</summary>
    private static IEnumerable<WeightMatchingOptions> Orders =>
    [
        new() { Order = VisitOrder.Specification },
        new() { Order = VisitOrder.Colours },
        .. Enumerable.Range(0, 12).Select(seed => new WeightMatchingOptions { Seed = seed }),
    ];

    [Fact]
    public void Run_InSpecificationOrder_AgreesWithVectors()
    {
        foreach (var c in Cases)
        {
            var match = Match(c, new WeightMatchingOptions { Order = VisitOrder.Specification });
            Assert.True(match.IsConverged, c.Name);
            foreach (var (name, expected) in Expected(c)) Assert.Equal(expected, match.Permutations[name]);
            if (c.Has("objective_identity")) c.Near(c.Number("objective_identity"), match.InitialObjective, "objective at the identity");
            if (c.Has("objective_final")) c.Near(c.Number("objective_final"), match.Objective, "objective at the end");
            if (c.Has("sweeps_spec_order")) Assert.Equal(c.Int("sweeps_spec_order"), match.Sweeps);
            if (!c.Has("history")) continue;
            var history = c.Json["history"]!.AsArray();
            Assert.Equal(history.Select(h => ((int)h![0]!, (string)h[1]!)), match.Visits.Select(v => (v.Sweep, v.Permutation)));
            c.Near([.. history.Select(h => (double)h![2]!)], [.. match.Visits.Select(v => v.Gain)], "gains");
        }
    }

    [Fact]
    public void Run_PlantedInAnyOrder_IsRecovered()
    {
        foreach (var c in Cases.Where(c => c.Has("planted")))
        {
            foreach (var options in Orders)
            {
                var match = Match(c, options);
                foreach (var (name, expected) in Expected(c))
                    Assert.True(match.Permutations[name].SequenceEqual(expected), $"{c.Name}, {options.Order} {options.Seed}: {name}");
            }
        }
    }

    [Fact]
    public void Expected_PlantedPermutations_AreUndone()
    {
        foreach (var c in Cases.Where(c => c.Has("planted")))
        {
            var planted = PermutationSpecJson.ParsePermutations(c.Json["planted"]);
            Assert.True(planted.Then(planted.Inverse()).IsIdentity, c.Name);
            Assert.Equal(PermutationSpecJson.ParsePermutations(c.Json["expected"]), planted.Inverse());
        }
    }

    private static WeightMatch Match(VectorCase c, WeightMatchingOptions options) => WeightMatching.Run(
        PermutationSpecJson.Parse(c.Json["spec"]), StoredModel.Of(c.Model("a")), StoredModel.Of(c.Model("b")), options with
        {
            Excluded = c.Has("excluded") ? [.. c.Json["excluded"]!.AsArray().Select(name => (string)name!)] : [],
        });

    private static Dictionary<string, int[]> Expected(VectorCase c) => c.At("expected") is var expected
        ? expected.Json.AsObject().ToDictionary(p => p.Key, p => expected.Ints(p.Key)) : [];
}

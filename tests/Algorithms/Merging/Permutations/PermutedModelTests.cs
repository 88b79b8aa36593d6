using System.Text.Json.Nodes;
using Distributed.Algorithms.Merging.Permutations;
using Distributed.Algorithms.Tensors;
using FsCheck;
using FsCheck.Fluent;
using Xunit;

namespace Distributed.Algorithms.Tests.Merging.Permutations;

public class PermutedModelTests
{
    [Theory]
    // Gather: place i takes unit p[i]. A block of 2 goes with its unit; channels last, the units of each group are moved alike.
    [InlineData("\"P\"", 3, "2 0 1")]
    [InlineData("[\"P\", 2]", 6, "4 5 0 1 2 3")]
    [InlineData("{ \"permutation\": \"P\", \"block\": 2, \"channelsLast\": true }", 6, "2 0 1 5 3 4")]
    [InlineData("{ \"permutation\": \"P\", \"offset\": 1, \"units\": 3 }", 5, "0 3 1 2 4")]
    // Blocks first, then what is inside of the first of them.
    [InlineData("[[\"P\", 2], { \"permutation\": \"I\", \"units\": 2 }]", 6, "5 4 0 1 2 3")]
    public void Apply_OneAxis_MovesItsPlaces(string axis, int length, string expected)
    {
        var spec = PermutationSpecJson.Parse(JsonNode.Parse($$"""{ "w": [{{axis}}] }"""));
        var model = Models.Of(Enumerable.Range(0, length).Select(i => (float)i).ToArray());
        PermutedModel.Apply(spec, new UnitPermutations([new("P", [2, 0, 1]), new("I", [1, 0])]), model);
        Assert.Equal(expected, string.Join(' ', model.Values<float>("w").ToArray()));
    }

    [Fact]
    public void Apply_ThenTheInverse_GivesTheSameBits() => ForAll(c =>
    {
        var (model, p) = (c.Model(), c.Permutations(1));
        var before = model.Data.ToArray();
        PermutedModel.Apply(c.Spec, p, model);
        PermutedModel.Apply(c.Spec, p.Inverse(), model);
        return model.Data.Span.SequenceEqual(before);
    });

    [Fact]
    public void Apply_OneAndThenAnother_IsTheirComposition() => ForAll(c =>
    {
        var (one, both) = (c.Model(), c.Model());
        PermutedModel.Apply(c.Spec, c.Permutations(1), one);
        PermutedModel.Apply(c.Spec, c.Permutations(2), one);
        PermutedModel.Apply(c.Spec, c.Permutations(1).Then(c.Permutations(2)), both);
        return one.Data.Span.SequenceEqual(both.Data.Span);
    });

    [Fact]
    public void Copy_GivesWhatApplyGives_AndLeavesTheModel() => ForAll(c =>
    {
        var (model, applied) = (c.Model(), c.Model());
        var copy = new TensorSet(model.Manifest);
        PermutedModel.Copy(c.Spec, c.Permutations(3), model.Manifest, model, copy);
        PermutedModel.Apply(c.Spec, c.Permutations(3), applied);
        return copy.Data.Span.SequenceEqual(applied.Data.Span) && model.Data.Span.SequenceEqual(c.Model().Data.Span);
    });

    [Fact]
    public void Displaced_AnySizes_LeavesNoUnitInItsPlace() => ForAll(c =>
    {
        var sizes = c.Spec.Sizes(c.Model().Manifest);
        return UnitPermutations.Displaced(sizes, c.Seed).Moved == sizes.Values.Where(size => size > 1).Sum();
    });

    [Fact]
    public void Apply_PermutationMissingOrOfAnotherSize_IsNamed()
    {
        var spec = new PermutationSpec([TensorAxes.Of("w", "P")]);
        var model = Models.Of([1f, 2f, 3f]);
        Assert.Contains("'P'", Assert.Throws<ArgumentException>(() => PermutedModel.Apply(spec, new UnitPermutations([]), model)).Message, StringComparison.Ordinal);
        Assert.Contains("of 2 units, the model has 3", Assert.Throws<ArgumentException>(
            () => PermutedModel.Apply(spec, new UnitPermutations([new("P", [1, 0])]), model)).Message, StringComparison.Ordinal);
    }

    private static void ForAll(Func<Case, bool> holds) => Prop.ForAll(Arb.From(
        from seed in Gen.Choose(0, int.MaxValue)
        from units in Gen.Choose(1, 9)
        from block in Gen.Choose(1, 4)
        select new Case(seed, units, block)), holds).QuickCheckThrowOnFailure();

    /// <summary>Tensors of all element sizes that share two permutations, one on two axes.</summary>
    private sealed record Case(int Seed, int Units, int Block)
    {
        public PermutationSpec Spec => new(
        [
            TensorAxes.Of("single", "P", null, "Q"), TensorAxes.Of("half", "Q"), TensorAxes.Of("double", null, "P"), TensorAxes.Of("both", "P", "P"),
            new("blocks", [[new("Q", Block)], [new("P", Block) { ChannelsLast = true }]]), TensorAxes.Of("flags", "P"),
        ]);

        public TensorSet Model()
        {
            var set = new TensorSet(new TensorManifest(
            [
                new("single", TensorDType.F32, [Units, 3, 5]), new("half", TensorDType.BF16, [5]), new("double", TensorDType.F64, [2, Units]),
                new("both", TensorDType.F32, [Units, Units]), new("blocks", TensorDType.F16, [5 * Block, Units * Block]), new("flags", TensorDType.BOOL, [Units]),
                new("untouched", TensorDType.I64, [3]),
            ]));
            new Random(Seed).NextBytes(set.Data.Span);
            return set;
        }

        public UnitPermutations Permutations(int number) => UnitPermutations.Shuffled(Spec.Sizes(Model().Manifest), Seed ^ number);
    }
}

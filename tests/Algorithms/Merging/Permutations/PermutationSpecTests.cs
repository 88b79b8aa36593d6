using System.Text.Json.Nodes;
using Distributed.Algorithms.Merging.Permutations;
using Distributed.Algorithms.Tensors;
using Xunit;

namespace Distributed.Algorithms.Tests.Merging.Permutations;

public class PermutationSpecTests
{
    private static readonly TensorManifest Model = new(
    [
        new("l0.weight", TensorDType.F32, [4, 3]), new("l0.bias", TensorDType.F32, [4]),
        new("l1.weight", TensorDType.F32, [5, 8]), new("l2.weight", TensorDType.F32, [2, 5]),
    ]);

    [Fact]
    public void Names_AndUses_AreInFirstSeenOrder()
    {
        var spec = Parse("""{ "l1.weight": ["B", ["A", 2]], "l0.weight": ["A", null], "l0.bias": ["A"], "l2.weight": [null, "B"] }""");
        Assert.Equal("B A", string.Join(' ', spec.Names));
        Assert.Equal("l1.weight 1 2, l0.weight 0 1, l0.bias 0 1", string.Join(", ", spec.UsesOf("A").Select(u => $"{u.Tensor.Name} {u.Axis} {u.How.Block}")));
        Assert.Empty(spec.Problems(Model));
        var sizes = spec.Sizes(Model);
        Assert.Equal((4, 5), (sizes["A"], sizes["B"]));
        Assert.True(spec.Conflict("A", "B"));
    }

    [Theory]
    [InlineData("""{ "l9.weight": ["A", null] }""", "'l9.weight' of the permutation specification is not in the model")]
    [InlineData("""{ "l0.weight": ["A"] }""", "'l0.weight' is F32[4, 3]; the permutation specification has 1 axes")]
    [InlineData("""{ "l0.weight": ["A", null], "l2.weight": [null, "A"] }""", "'l2.weight': axis 1 has 5 units of permutation 'A', 'l0.weight' has 4")]
    [InlineData("""{ "l1.weight": [null, ["A", 3]] }""", "'l1.weight': axis 1 has 8 places, which blocks of 3 from 0 on do not fill")]
    [InlineData("""{ "l1.weight": [null, ["A", 2, 9]] }""", "'l1.weight': axis 1 has 8 places")]
    [InlineData("""{ "l1.weight": [null, { "permutation": "A", "block": 2, "units": 5 }] }""", "'l1.weight': axis 1 has 8 places, too few for 5 units of 2")]
    [InlineData("""{ "l1.weight": [null, ["A", 0]] }""", "'l1.weight': the block and the units of permutation 'A' must be at least 1")]
    [InlineData("""{ "l1.weight": [null, [{ "permutation": "A", "units": 4 }, { "permutation": "A", "units": 4, "offset": 3 }]] }""", "'l1.weight': permutation 'A' acts on some places twice")]
    public void Problems_SpecificationThatDoesNotFit_NamesTheTensor(string json, string problem)
    {
        var spec = Parse(json);
        Assert.Contains(problem, string.Join(" ", spec.Problems(Model)), StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => spec.Sizes(Model));
    }

    [Theory]
    [InlineData("""[]""", "maps tensors to their axes")]
    [InlineData("""{ "w": "A" }""", "'w': not a list of axes")]
    [InlineData("""{ "w": [1] }""", "'w': an axis is null")]
    [InlineData("""{ "w": [["A", "B"]] }""", "'w': \"B\" is not a whole number")]
    [InlineData("""{ "w": [{ "permutation": "A", "blok": 2 }] }""", "unknown key 'blok'")]
    [InlineData("""{ "w": [{ "permutation": "A", "channelsLast": 1 }] }""", "channelsLast is true or false")]
    public void Parse_OtherForm_NamesTheTensor(string json, string problem) =>
        Assert.Contains(problem, Assert.Throws<FormatException>(() => Parse(json)).Message, StringComparison.Ordinal);

    [Fact]
    public void Write_AndParse_GiveTheSameBack()
    {
        var spec = Parse("""
            { "a": ["P", ["Q", 4], null], "b": [{ "permutation": "Q", "block": 4, "channelsLast": true }],
              "c": [[["H", 8], { "permutation": "I", "offset": 8, "units": 8 }], ["P", 1, 16]], "d": [null] }
            """);
        Assert.Equal(spec, PermutationSpecJson.Parse(JsonNode.Parse(PermutationSpecJson.Write(spec).ToJsonString())));
        var permutations = UnitPermutations.Shuffled(new Dictionary<string, int> { ["P"] = 5, ["Q"] = 3 }, seed: 1);
        Assert.Equal(permutations, PermutationSpecJson.ParsePermutations(JsonNode.Parse(PermutationSpecJson.Write(permutations).ToJsonString())));
    }

    [Theory]
    [InlineData("""{ "P": [0, 0, 1] }""")]
    [InlineData("""{ "P": [0, 2] }""")]
    [InlineData("""{ "P": 3 }""")]
    public void ParsePermutations_NoPermutation_IsRefused(string json) =>
        Assert.Contains("'P'", Assert.Throws<FormatException>(() => PermutationSpecJson.ParsePermutations(JsonNode.Parse(json))).Message, StringComparison.Ordinal);

    [Fact]
    public void Constructor_TensorTwice_IsRefused() =>
        Assert.Contains("'w'", Assert.Throws<ArgumentException>(() => new PermutationSpec([TensorAxes.Of("w", "A"), TensorAxes.Of("w", "B")])).Message, StringComparison.Ordinal);

    private static PermutationSpec Parse(string json) => PermutationSpecJson.Parse(JsonNode.Parse(json));
}

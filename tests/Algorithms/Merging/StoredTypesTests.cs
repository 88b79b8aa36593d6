using Distributed.Algorithms.Merging;
using Distributed.Algorithms.Merging.Methods;
using Distributed.Algorithms.Tensors;
using Xunit;

namespace Distributed.Algorithms.Tests.Merging;

/// <summary>Models as others store them: quantised, low-rank, tied, in small types.</summary>
public class StoredTypesTests
{
    private const string A = "q.lora_A.weight";
    private const string B = "q.lora_B.weight";

    [Fact]
    public void Run_EightBitFloats_AreAveragedAndRounded()
    {
        // 0x38 is 1, 0x40 is 2, 0x3C 1.5; 0x01 is the smallest number, whose half rounds to the even 0.
        var (a, b) = (Bytes(("w", TensorDType.F8_E4M3, [2], [0x38, 0x01])), Bytes(("w", TensorDType.F8_E4M3, [2], [0x40, 0x00])));
        Assert.Equal([0x3C, 0x00], Merges.Run("linear", new LinearParameters(), Merges.Input([a, b])).Model.Data.ToArray());
    }

    [Fact]
    public void Run_EightBitFloatOfNaN_IsRefused()
    {
        var (a, b) = (Bytes(("w", TensorDType.F8_E4M3, [1], [0x38])), Bytes(("w", TensorDType.F8_E4M3, [1], [0x7F])));
        Assert.Equal("Tensor 'w' of 'model-1' holds NaN or infinite numbers.", Merges.Run("linear", new LinearParameters(), Merges.Input([a, b])).Report.Reason);
    }

    [Theory]
    [InlineData(TensorDType.F4, 20_000)]
    [InlineData(TensorDType.F6_E2M3, 20_000)]
    [InlineData(TensorDType.F6_E3M2, 4)]
    [InlineData(TensorDType.F8_E8M0, 9_999)]
    [InlineData(TensorDType.C64, 5_000)]
    [InlineData(TensorDType.U16, 9_999)]
    [InlineData(TensorDType.U32, 9_999)]
    [InlineData(TensorDType.U64, 9_999)]
    public void Run_TypesThatAreNotAveraged_PassUnchangedAndDifferencesAreTold(TensorDType type, long elements)
    {
        TensorSet Random(int seed)
        {
            var set = new TensorSet(new TensorManifest([new("w", type, [elements]), new("b", TensorDType.F32, [1])]));
            new Random(seed).NextBytes(set.Bytes("w"));
            return set;
        }

        var (a, b) = (Random(1), Random(2));
        var plan = ModelMerge.Plan(Registry.FindMerger("uniform-soup")!, new UniformSoupParameters(), Merges.Input([a, b]));
        Assert.Equal(a.Data.ToArray(), Merges.Run(plan).Model.Data.ToArray());
        Assert.Equal($"Tensor 'w' ({type}) is not averaged and differs between the models: taken from 'model-0'.", Assert.Single(plan.Skipped));
        Assert.Empty(Plan(a, a).Skipped);
    }

    [Fact]
    public void GreedySoup_OfPackedNumbers_ReadsThemAsTheyAre()
    {
        var model = Bytes(("w", TensorDType.F4, [6], [1, 2, 3]), ("v", TensorDType.F32, [1], [0, 0, 0x80, 0x3F]));
        var seen = new List<byte[]>();
        var input = Merges.Input([model, model]) with { Score = (manifest, data) => { seen.Add(data.Read(0, new byte[manifest.ByteLength]).ToArray()); return 1; } };
        Merges.Run("greedy-soup", new GreedySoupParameters(), input);
        Assert.All(seen, bytes => Assert.Equal(model.Data.ToArray(), bytes));
    }

    [Theory]
    [InlineData("fc.weight", "fc.weight_scale", TensorDType.I8)]
    [InlineData("fc.weight", "fc.weight_scale_inv", TensorDType.F8_E4M3)]
    [InlineData("fc.qweight", "fc.scales", TensorDType.U8)]
    [InlineData("fc.weight", "fc.weight.absmax", TensorDType.U8)]
    [InlineData("fc.weight", "fc.SCB", TensorDType.I8)]
    [InlineData("experts_blocks", "experts_scales", TensorDType.F4)]
    public void Plan_QuantisedNumbersThatDiffer_AreRefusedWithTheirScales(string weight, string scale, TensorDType type)
    {
        TensorSet Of(byte value) => Bytes((weight, type, [2, 2], [.. Enumerable.Repeat(value, type == TensorDType.F4 ? 2 : 4)]), (scale, TensorDType.F32, [1], [0, 0, 0x80, 0x3F]));
        var problems = Plan(Of(1), Of(2)).Problems;
        Assert.Equal($"Tensor '{weight}' holds quantised numbers ({type} with '{scale}'), which cannot be averaged; dequantise the models first.", problems[0]);
        Assert.Empty(Plan(Of(1), Of(1)).Problems);

        var skipped = Plan(Merges.Input([Of(1), Of(2)]) with { Mismatch = MergeMismatch.Skip });
        Assert.Empty(skipped.Problems);
        Assert.Equal(2, skipped.Skipped.Length);
        Assert.All(skipped.Skipped, line => Assert.EndsWith("taken from 'model-0'.", line));
    }

    [Fact]
    public void Plan_FactorsThatBothDiffer_AreRefused()
    {
        var problems = Plan(Pair([1, 2], [3, 4]), Pair([5, 6], [7, 8])).Problems;
        Assert.Equal(2, problems.Length);
        Assert.StartsWith($"Tensor '{A}' is a factor of a low-rank change (LoRA) beside '{B}'", problems[0]);
        Assert.EndsWith("merge each adapter into its base model first, then the models.", problems[0]);
    }

    [Fact]
    public void Run_FactorsOfWhichOneIsShared_AreMergedExactly()
    {
        var (_, merged) = Merges.Run("linear", new LinearParameters(), Merges.Input([Pair([1, 2], [3, 4]), Pair([1, 2], [7, 8])]));
        Assert.Equal([1, 2], merged.Values<float>(A).ToArray());
        Assert.Equal([5, 6], merged.Values<float>(B).ToArray());
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void Run_TiedTensorThatOneModelLeavesOut_IsMergedWithItsTwin(int storing)
    {
        TensorSet[] models =
        [
            Floats(("embed.weight", [2, 2], storing == 0 ? [1, 2, 3, 4] : [3, 4, 5, 6])),
            Floats(("embed.weight", [2, 2], storing == 0 ? [3, 4, 5, 6] : [1, 2, 3, 4])),
        ];
        models[storing] = Floats(("embed.weight", [2, 2], [1, 2, 3, 4]), ("head.weight", [2, 2], [1, 2, 3, 4]));
        var plan = Plan(models);
        var (_, merged) = Merges.Run(plan);
        Assert.Equal(["embed.weight", "head.weight"], merged.Manifest.Select(e => e.Name));
        Assert.Equal([2, 3, 4, 5], merged.Values<float>("embed.weight").ToArray());
        Assert.Equal([2, 3, 4, 5], merged.Values<float>("head.weight").ToArray());
        Assert.Equal(
            $"Tensor 'head.weight' is left out in 'model-{1 - storing}': 'embed.weight' stands for it, which equals it where both are stored.",
            Assert.Single(plan.Skipped));
    }

    [Theory]
    [InlineData(9)]
    [InlineData(0)]
    public void Plan_TensorThatIsLeftOutAndNotTied_IsMissing(float last)
    {
        // Another number, or nothing but zeros, which are equal by chance.
        float[] values = last == 0 ? [0, 0, 0, 0] : [1, 2, 3, 4];
        var problems = Plan(
            Floats(("embed.weight", [2, 2], values), ("head.weight", [2, 2], [.. values[..3], last])), Floats(("embed.weight", [2, 2], [1, 2, 3, 4]))).Problems;
        Assert.Equal("Tensor 'head.weight' is missing in 'model-1'.", Assert.Single(problems));
    }

    private static MergePlan Plan(params TensorSet[] models) => Plan(Merges.Input(models));

    private static MergePlan Plan(MergeInput input) => ModelMerge.Plan(Registry.FindMerger("linear")!, new LinearParameters(), input);

    private static TensorSet Pair(float[] down, float[] up) => Floats((A, [1, 2], down), (B, [2, 1], up));

    private static TensorSet Floats(params (string Name, long[] Shape, float[] Values)[] tensors)
    {
        var set = new TensorSet(new TensorManifest(tensors.Select(t => new TensorEntry(t.Name, TensorDType.F32, [.. t.Shape]))));
        foreach (var (name, _, values) in tensors) values.CopyTo(set.Values<float>(name));
        return set;
    }

    private static TensorSet Bytes(params (string Name, TensorDType Type, long[] Shape, byte[] Values)[] tensors)
    {
        var set = new TensorSet(new TensorManifest(tensors.Select(t => new TensorEntry(t.Name, t.Type, [.. t.Shape]))));
        foreach (var (name, _, _, values) in tensors) values.CopyTo(set.Bytes(name));
        return set;
    }
}

using Distributed.Algorithms.Merging;
using Distributed.Algorithms.Merging.Methods;
using Distributed.Algorithms.Tensors;
using Xunit;

namespace Distributed.Algorithms.Tests.Merging;

public class ModelMergeTests
{
    private static readonly MergerEntry Linear = Registry.FindMerger("linear")!;

    [Fact]
    public void Run_OtherOrderInOtherModels_FollowsTheFirst()
    {
        var (a, b) = (Set(("x", [1, 2]), ("y", [3])), Set(("y", [5]), ("x", [3, 6])));
        var (_, merged) = Merges.Run("linear", new LinearParameters(), Merges.Input([a, b]));
        Assert.Equal(["x", "y"], merged.Manifest.Select(t => t.Name));
        Assert.Equal([2, 4, 4], merged.Doubles());
    }

    [Fact]
    public void Plan_TensorMissing_IsRefusedByName()
    {
        var plan = Plan(Merges.Input([Set(("x", [1]), ("y", [3])), Set(("x", [1]), ("z", [1]))]));
        Assert.Equal(["Tensor 'y' is missing in 'model-1'.", "Tensor 'z' is missing in 'model-0'."], plan.Problems.ToArray());
        Assert.Throws<ArgumentException>(() => ModelMerge.Run(plan, new TensorSet(plan.Manifest)));
    }

    [Fact]
    public void Plan_OtherShapeOrKind_IsRefusedByName()
    {
        var whole = new TensorSet(new TensorManifest([new("x", TensorDType.F64, [2]), new("n", TensorDType.I64, [])]));
        var other = new TensorSet(new TensorManifest([new("x", TensorDType.F64, [3]), new("n", TensorDType.F64, [])]));
        Assert.Equal(
            ["Tensor 'x' is F64[2] in 'model-0' and F64[3] in 'model-1'.", "Tensor 'n' is I64[] in 'model-0' and F64[] in 'model-1'."],
            Plan(Merges.Input([whole, other])).Problems.ToArray());
    }

    [Fact]
    public void Plan_BaseOfAnotherShape_IsRefusedByName()
    {
        var input = Merges.Input([Set(("x", [1]))], null, Set(("x", [1, 2])));
        Assert.Contains("in 'base'", Assert.Single(ModelMerge.Plan(Registry.FindMerger("ties")!, new TiesParameters(), input).Problems));
    }

    [Fact]
    public void Plan_ThousandsOfMisfits_ListsSomeAndCounts()
    {
        var many = new TensorSet(new TensorManifest(Enumerable.Range(0, 5000).Select(i => new TensorEntry($"t{i}", TensorDType.F32, [1]))));
        var problems = Plan(Merges.Input([many, Set(("x", [1]))])).Problems;
        Assert.Equal(21, problems.Length);
        Assert.Equal("4981 more tensors do not fit.", problems[^1]);
    }

    [Fact]
    public void Run_Skip_TakesMisfitsFromTheFirstThatHasThem()
    {
        var (a, b) = (Set(("x", [1]), ("y", [3])), Set(("x", [3]), ("y", [1, 2]), ("z", [7])));
        var plan = ModelMerge.Plan(Linear, new LinearParameters(), Merges.Input([a, b]) with { Mismatch = MergeMismatch.Skip });
        var (_, merged) = Merges.Run(plan);
        Assert.Equal(["x", "y", "z"], merged.Manifest.Select(t => t.Name));
        Assert.Equal([2, 3, 7], merged.Doubles());
        Assert.Equal(
            ["Tensor 'y' is F64[1] in 'model-0' and F64[2] in 'model-1': taken from 'model-0'.", "Tensor 'z' is missing in 'model-0': taken from 'model-1'."],
            plan.Skipped.ToArray());
    }

    [Fact]
    public void Run_SharedRows_MergesThemAndKeepsTheNewOnes()
    {
        // A classifier that grew by a class: BCWI mixes the rows that both have.
        var (old, grown) = (Merges.Model([1, 2, 3, 4], 2, 2), Merges.Model([3, 4, 5, 6, 9, 8], 3, 2));
        var input = Merges.Input([old, grown]) with { Mismatch = MergeMismatch.SharedRows };
        var plan = ModelMerge.Plan(Registry.FindMerger("bcwi")!, new BcwiParameters { Alpha = 0.5 }, input);
        Assert.Equal([2, 3, 4, 5, 9, 8], Merges.Run(plan).Model.Doubles());
        Assert.Equal("Tensor 'w': rows from 2 on are those of 'model-1'.", Assert.Single(plan.Skipped));
        var narrow = Merges.Input([old, Merges.Model([1, 2, 3], 1, 3)]) with { Mismatch = MergeMismatch.SharedRows };
        Assert.Single(Plan(narrow).Problems);
    }

    [Fact]
    public void Run_OtherElementTypes_GiveTheFirstModels()
    {
        var (half, wide) = (new TensorSet(new TensorManifest([new("x", TensorDType.F16, [2])])), Set(("x", [0.5, 3])));
        half.Values<Half>("x")[0] = (Half)1.5;
        var (_, merged) = Merges.Run("linear", new LinearParameters(), Merges.Input([half, wide]));
        Assert.Equal(TensorDType.F16, merged.Manifest[0].DType);
        Assert.Equal([(Half)1, (Half)1.5], merged.Values<Half>("x").ToArray());
    }

    [Fact]
    public void Run_IntegersAndCounters_AreNotAveraged()
    {
        var (a, b) = (Models.Mixed(1), Models.Mixed(2));
        var (_, merged) = Merges.Run("linear", new LinearParameters(), Merges.Input([a, b]));
        Assert.Equal(a.Values<int>("ids").ToArray(), merged.Values<int>("ids").ToArray());
        Assert.Equal(
            Math.Max(a.Values<long>("bn.num_batches_tracked")[0], b.Values<long>("bn.num_batches_tracked")[0]),
            merged.Values<long>("bn.num_batches_tracked")[0]);
        Assert.True(merged.Manifest["bn.running_var"].IsBuffer);
    }

    [Fact]
    public void Run_VarianceBeyondZero_StopsAtZero()
    {
        TensorSet Variance(float value)
        {
            var set = new TensorSet(new TensorManifest([new("bn.running_var", TensorDType.F32, [1], isBuffer: true)]));
            set.Values<float>("bn.running_var")[0] = value;
            return set;
        }

        var (_, merged) = Merges.Run("task-arithmetic", new TaskArithmeticParameters(), Merges.Input([Variance(1)], [3], Variance(2)));
        Assert.Equal(0, merged.Values<float>("bn.running_var")[0]);
    }

    [Theory]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    public void Run_NumbersThatAreNotFinite_NameTensorAndModel(double bad)
    {
        // The first of several is named, whatever the threads do; large tensors and small ones.
        var large = new double[100_000];
        var (a, b) = (Set(("x", [1]), ("y", large), ("z", [1])), Set(("x", [1]), ("y", large), ("z", [1])));
        b.Values<double>("z")[0] = bad;
        b.Values<double>("y")[99_999] = bad;
        foreach (var merger in Registry.Mergers.Where(m => m is { NeedsScore: false, MostModels: > 1 }))
        {
            var input = Merges.Input([a, b], null, merger.Base == BaseModel.Required ? a : null);
            var (report, _) = Merges.Run(merger.Name, (MergerParameters)Activator.CreateInstance(merger.Parameters)!, input);
            Assert.Equal(MergeOutcome.NonFinite, report.Outcome);
            Assert.Equal("Tensor 'y' of 'model-1' holds NaN or infinite numbers.", report.Reason);
        }
    }

    [Fact]
    public void Run_ResultTooLargeForItsType_NamesTheTensor()
    {
        var half = new TensorSet(new TensorManifest([new("x", TensorDType.F16, [1])]));
        half.Values<Half>("x")[0] = (Half)60000;
        var (report, _) = Merges.Run("linear", new LinearParameters { Normalize = false }, Merges.Input([half, half]));
        Assert.Equal("Tensor 'x' of the merged model would not be finite in F16.", report.Reason);
    }

    [Fact]
    public void Plan_WrongNumberOfModelsWeightsOrBase_IsRefused()
    {
        var (a, b) = (Set(("x", [1])), Set(("x", [2])));
        IEnumerable<string> Problems(string name, MergerParameters parameters, MergeInput input) =>
            ModelMerge.Plan(Registry.FindMerger(name)!, parameters, input).Problems;

        Assert.Equal(["slerp merges exactly 2 models, got 3."], Problems("slerp", new SlerpParameters(), Merges.Input([a, b, a])));
        Assert.Equal(["linear merges at least 2 models, got 1."], Problems("linear", new LinearParameters(), Merges.Input([a])));
        Assert.Equal(["prune merges one model, got 2."], Problems("prune", new MagnitudePruningParameters(), Merges.Input([a, b])));
        Assert.Equal(["ties needs the base model that the others were tuned from."], Problems("ties", new TiesParameters(), Merges.Input([a, b])));
        Assert.Equal(["slerp has no use for a base model."], Problems("slerp", new SlerpParameters(), Merges.Input([a, b], null, a)));
        Assert.Equal(["slerp takes no weights, got one for 'model-1'."], Problems("slerp", new SlerpParameters(), Merges.Input([a, b], [1, 2])));
        Assert.Equal(["The weight of 'model-1' is not a finite number."], Problems("linear", new LinearParameters { Normalize = false }, Merges.Input([a, b], [1, double.NaN])));
        Assert.Equal(["The weights sum to 0: there is nothing to divide by."], Problems("linear", new LinearParameters(), Merges.Input([a, b, a], [0.1, 0.2, -0.3])));
        Assert.Single(Problems("greedy-soup", new GreedySoupParameters(), Merges.Input([a, b])));
        Assert.Equal(["Tensor 'x': density 0.5 leaves none of its 1 numbers."], Problems("ties", new TiesParameters { Density = 0.5 }, Merges.Input([a, b], null, a)));
        Assert.Single(Problems("della", new DellaParameters { Density = 0.9 }, Merges.Input([a, b], null, a)));
        Assert.Single(Problems("bcwi", new BcwiParameters { Variant = BcwiVariant.Fisher }, Merges.Input([a, b])));
        Assert.Single(Problems("bcwi", new BcwiParameters(), Merges.Input([a, b, b])));
        var endless = new MergeSource("endless", new TensorManifest([new("x", TensorDType.F16, [1L << 40])]), new Short());
        Assert.Equal(["Tensor 'x': a row of 1099511627776 numbers is too long to be sorted."],
            Problems("della", new DellaParameters(), new MergeInput { Models = [endless], Base = endless }));
    }

    [Fact]
    public void Run_ImportanceBelowZero_IsRefused()
    {
        var (a, b, fisher) = (Set(("x", [1])), Set(("x", [2])), Set(("x", [-1])));
        var input = Merges.Input([a, b]);
        input = input with { Models = [.. input.Models.Select(m => m with { Importance = Merges.Source(fisher) })] };
        var (report, _) = Merges.Run("bcwi", new BcwiParameters { Variant = BcwiVariant.Fisher }, input);
        Assert.Equal(MergeOutcome.NonFinite, report.Outcome);
    }

    [Fact]
    public void Run_Cancelled_Stops()
    {
        var set = Set(("x", new double[200_000]));
        using var source = new CancellationTokenSource();
        source.Cancel();
        var plan = Plan(Merges.Input([set, set]));
        Assert.Throws<OperationCanceledException>(() => ModelMerge.Run(plan, new TensorSet(plan.Manifest), source.Token));
    }

    [Fact]
    public void Run_FileThatEndsEarly_ComesOutAsItWasThrown()
    {
        var set = Set(("x", new double[200_000]));
        var broken = Merges.Input([set, set]);
        broken = broken with { Models = [broken.Models[0], new MergeSource("b", set.Manifest, new Short())] };
        Assert.Throws<EndOfStreamException>(() => ModelMerge.Run(Plan(broken), new TensorSet(set.Manifest)));
    }

    // reliability.md, case 24: whatever is wrong with a file is said before anything is merged.
    [Theory]
    [InlineData(SafetensorsProblem.Pickle, "\u0080\u0002}q\u0000.")]
    [InlineData(SafetensorsProblem.Zip, "PK\u0003\u0004archive/data.pkl")]
    [InlineData(SafetensorsProblem.HeaderTooLarge, "\u0000\u0000\u0000\u0040\u0000\u0000\u0000\u0000{}")]
    [InlineData(SafetensorsProblem.Truncated, "\u0060\u0000\u0000\u0000\u0000\u0000\u0000\u0000{\"x\":{")]
    [InlineData(SafetensorsProblem.NotSafetensors, "short")]
    public void Source_HostileFile_IsRefusedWithTheReason(SafetensorsProblem problem, string latin1)
    {
        var refused = Assert.Throws<SafetensorsException>(() => Open(System.Text.Encoding.Latin1.GetBytes(latin1)));
        Assert.Equal(problem, refused.Problem);
        Assert.NotEmpty(refused.Message);
    }

    [Fact]
    public void Source_FileCutAnywhere_IsRefusedBeforeTheMerge()
    {
        using var file = new MemoryStream();
        Safetensors.Write(file, Models.Mixed(1));
        var whole = file.ToArray();
        var source = Open(whole);
        Assert.Empty(Plan(new MergeInput { Models = [source, source] }).Problems);
        for (var length = 0; length < whole.Length; length++) Assert.Throws<SafetensorsException>(() => Open(whole[..length]));
        Assert.Equal(SafetensorsProblem.Length, Assert.Throws<SafetensorsException>(() => Open(whole[..^1])).Problem);
    }

    private static MergeSource Open(byte[] file)
    {
        using var stream = new MemoryStream(file);
        var header = Safetensors.ReadHeader(stream, file.Length);
        return new MergeSource("file", header.Manifest, new TensorSet(header.Manifest, file.AsMemory((int)header.DataOffset)));
    }

    private static MergePlan Plan(MergeInput input) => ModelMerge.Plan(Linear, new LinearParameters(), input);

    private static TensorSet Set(params (string Name, double[] Values)[] tensors)
    {
        var set = new TensorSet(new TensorManifest(tensors.Select(t => new TensorEntry(t.Name, TensorDType.F64, [t.Values.Length]))));
        foreach (var (name, values) in tensors) values.CopyTo(set.Values<double>(name));
        return set;
    }

    private sealed class Short : ITensorReader
    {
        public ReadOnlySpan<byte> Read(long offset, Span<byte> buffer) => throw new EndOfStreamException("cut");
    }
}

using Distributed.Algorithms.Merging.Permutations;
using Distributed.Node.Models;
using Distributed.Node.Models.Graphs;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Distributed.Node.Tests.Models;

public sealed class ModuleGraphTests
{
    public static TheoryData<string> Names => [.. GraphModels.Names];

    [Theory]
    [MemberData(nameof(Names))]
    public void Read_ModelOfOurModules_RelabelledItComputesTheSame(string name)
    {
        using var scope = NewDisposeScope();
        var (model, inputs) = GraphModels.Build(name);
        var graph = Read(model, inputs);

        var check = ModuleCheck.Run(model, graph.Symmetry.Spec, m => [((Module<Tensor, Tensor>)m).call(inputs)], seed: 1);

        Assert.Empty(graph.Opaque);
        Assert.NotEmpty(graph.Symmetry.Spec.Names);
        Assert.True(check.Holds, $"{check}");
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Read_ModelInDoublePrecision_RelabelledItComputesTheSame(string name)
    {
        using var scope = NewDisposeScope();
        var (model, inputs) = GraphModels.Build(name, ScalarType.Float64);

        var check = ModuleCheck.Run(model, Read(model, inputs).Symmetry.Spec, m => [((Module<Tensor, Tensor>)m).call(inputs)], seed: 2);

        Assert.True(check.Holds, $"{check}");
        Assert.InRange(check.Allowed, 0, 1e-7);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Check_AnySingleEntryTakenOut_FailsByOrdersOfMagnitude(string name)
    {
        using var scope = NewDisposeScope();
        var (model, inputs) = GraphModels.Build(name);
        var spec = Read(model, inputs).Symmetry.Spec;
        foreach (var use in spec.Names.SelectMany(permutation => spec.UsesOf(permutation)))
        {
            var broken = Without(spec, use);
            // Whoever takes out the only use of a permutation has a smaller specification, not a wrong one; and what is added to all keys
            // raises the scores of a query all alike, so that the softmax does not see it.
            if (spec.UsesOf(use.How.Permutation).Length == 1 || (use.Tensor.Name.EndsWith("in_proj_bias", StringComparison.Ordinal) && use.How.Offset is >= 12 and < 24))
            {
                continue;
            }

            var check = ModuleCheck.Run(model, broken, m => [((Module<Tensor, Tensor>)m).call(inputs)], seed: 3);

            Assert.True(check.Difference > 100 * check.Allowed, $"{use.Tensor.Name}, axis {use.Axis}, {use.How}: {check}");
        }
    }

    [Theory]
    [InlineData("resnet group", "block1.inner.norm1.weight")]
    [InlineData("built-in resnet group", "stage1_block1.inner.norm1.weight")]
    public void Read_GroupsOfANorm_PinTheirChannels(string name, string tensor)
    {
        using var scope = NewDisposeScope();
        var (model, inputs) = GraphModels.Build(name);

        var symmetry = Read(model, inputs).Symmetry;

        Assert.Empty(symmetry.Spec.Names);
        Assert.Contains(symmetry.Pinned, why => why.Contains(tensor, StringComparison.Ordinal));
    }

    [Fact]
    public void Read_ResNetWithBatchNorm_HasOneStreamForEachStageAndOnePermutationInsideEachBlock()
    {
        using var scope = NewDisposeScope();
        var (model, inputs) = GraphModels.Build("resnet batch");

        var spec = Read(model, inputs).Symmetry.Spec;

        Assert.Equal(4, spec.Names.Length);
        Assert.Equal(PermutationOf(spec, "stem.weight"), PermutationOf(spec, "block1.inner.conv2.weight"));
        Assert.Equal(PermutationOf(spec, "block2.shortcut.conv.weight"), PermutationOf(spec, "block2.inner.norm2.running_var"));
        Assert.Equal(2, new[] { "block1.inner.conv1.weight", "block2.inner.conv1.weight" }.Select(tensor => PermutationOf(spec, tensor)).Distinct().Count());
        Assert.False(spec.TryFind("norm.num_batches_tracked", out var counter) && !counter.IsFixed);
    }

    [Fact]
    public void Read_FlattenedMap_HasABlockForEachChannel()
    {
        using var scope = NewDisposeScope();
        var (model, inputs) = GraphModels.Build("lenet");

        var spec = Read(model, inputs).Symmetry.Spec;

        Assert.True(spec.TryFind("fc1.weight", out var dense));
        Assert.Equal((PermutationOf(spec, "conv2.weight"), 4), (dense!.Axes[1][0].Permutation, dense.Axes[1][0].Block));
    }

    [Fact]
    public void Read_ModuleWithAForwardOfItsOwn_IsFixedAndNamed()
    {
        using var scope = NewDisposeScope();
        var model = Sequential(("fc1", Linear(6, 8)), ("relu", ReLU()), ("own", new Reversed()), ("fc2", Linear(8, 7)), ("relu2", ReLU()), ("fc3", Linear(7, 5)));
        var inputs = randn(GraphModels.Samples, 6);

        var graph = Read(model, inputs);

        var own = Assert.Single(graph.Opaque);
        Assert.Equal(("own", nameof(Reversed)), (own.Path, own.Type));
        Assert.Equal(PermutationOf(graph.Symmetry.Spec, "fc3.weight", axis: 1), Assert.Single(graph.Symmetry.Spec.Names));
        Assert.True(graph.Symmetry.Spec.TryFind("fc1.weight", out var first) && first.IsFixed);
        Assert.True(ModuleCheck.Run(model, graph.Symmetry.Spec, m => [((Module<Tensor, Tensor>)m).call(inputs)], seed: 4).Holds);
    }

    [Fact]
    public void Read_ClassDerivedFromAResidualBlocksParts_IsNotTakenForThem()
    {
        using var scope = NewDisposeScope();
        var model = new Rolled();

        var graph = Read(model, randn(GraphModels.Samples, 6));

        Assert.Equal("", Assert.Single(graph.Opaque).Path);
        Assert.Empty(graph.Symmetry.Spec.Names);
    }

    [Fact]
    public void Read_ModelWithTwoInputs_IsOpaqueAsAWhole()
    {
        using var scope = NewDisposeScope();

        var graph = Read(new TwoInputs(), randn(GraphModels.Samples, 6));

        Assert.Equal("the model (TwoInputs): what its forward does with its layers is its own", Assert.Single(graph.Opaque).ToString());
    }

    [Fact]
    public void Read_ConvolutionInGroups_PinsTheChannelsOfBothSides()
    {
        using var scope = NewDisposeScope();
        var model = Sequential(("a", Conv2d(1, 4, 1)), ("b", Conv2d(4, 8, 1, groups: 2)), ("c", Conv2d(8, 4, 1)), ("d", Conv2d(4, 2, 1)));

        var spec = Read(model, randn(GraphModels.Samples, 1, 3, 3)).Symmetry.Spec;

        Assert.Equal(PermutationOf(spec, "c.weight"), Assert.Single(spec.Names));
    }

    [Fact]
    public void Read_TokensFlattened_FollowTheUnitsOfEveryPosition()
    {
        using var scope = NewDisposeScope();
        var (model, inputs) = GraphModels.Build("gelu tokens");

        var spec = Read(model, inputs).Symmetry.Spec;

        Assert.True(spec.TryFind("fc2.weight", out var dense));
        Assert.Equal((7, true), (dense!.Axes[1][0].Block, dense.Axes[1][0].ChannelsLast));
    }

    [Fact]
    public void Read_LayerThatCannotTakeTheExample_IsNamedWithTheShape()
    {
        using var scope = NewDisposeScope();
        var problems = new List<string>();

        Assert.Null(ModuleGraph.Read(Sequential(("fc1", Linear(6, 8)), ("fc2", Linear(9, 2))), randn(2, 6), problems));

        Assert.StartsWith("layer fc2 (Linear): it cannot be run on an input of shape [2, 8]: ", Assert.Single(problems), StringComparison.Ordinal);
    }

    [Fact]
    public void Read_ModelInTraining_IsLeftInTrainingWithItsStatistics()
    {
        using var scope = NewDisposeScope();
        var (model, inputs) = GraphModels.Build("mlp batchnorm");
        model.train();
        var before = State(model);

        Read(model, inputs);

        Assert.True(model.training);
        Assert.Equal(before, State(model));
    }

    private static ModuleGraph Read(nn.Module model, Tensor inputs)
    {
        var problems = new List<string>();
        var graph = ModuleGraph.Read(model, inputs, problems);
        Assert.Empty(problems);
        return graph!;
    }

    private static byte[] State(nn.Module model)
    {
        var state = new ModelState(model);
        var bytes = new byte[state.Manifest.ByteLength];
        state.Save(bytes);
        return bytes;
    }

    private static string PermutationOf(PermutationSpec spec, string tensor, int axis = 0) =>
        spec.TryFind(tensor, out var axes) ? axes.Axes[axis][0].Permutation : throw new ArgumentException(tensor);

    private static PermutationSpec Without(PermutationSpec spec, AxisUse use) => new(spec.Tensors.Select(tensor => tensor.Name != use.Tensor.Name
        ? tensor
        : new TensorAxes(tensor.Name, tensor.Axes.SetItem(use.Axis, tensor.Axes[use.Axis].RemoveAt(use.Entry)))));

    /// <summary>A forward that nobody can read off its parts.</summary>
    private sealed class Reversed : Module<Tensor, Tensor>
    {
        private readonly nn.Module<Tensor, Tensor> layer = Linear(8, 8);

        public Reversed()
            : base(nameof(Reversed)) => RegisterComponents();

        public override Tensor forward(Tensor input) => layer.call(input.flip(1));
    }

    /// <summary>Looks like a chain, and is none.</summary>
    private sealed class Rolled : TorchSharp.Modules.Sequential
    {
        public Rolled()
            : base(("fc1", Linear(6, 8)), ("fc2", Linear(8, 8)))
        {
        }

        public override Tensor forward(Tensor tensor) => base.forward(tensor).roll([1], [1]);
    }

    private sealed class TwoInputs : Module<Tensor, Tensor, Tensor>
    {
        private readonly nn.Module<Tensor, Tensor> layer = Linear(6, 6);

        public TwoInputs()
            : base(nameof(TwoInputs)) => RegisterComponents();

        public override Tensor forward(Tensor input1, Tensor input2) => layer.call(input1) + input2;
    }
}

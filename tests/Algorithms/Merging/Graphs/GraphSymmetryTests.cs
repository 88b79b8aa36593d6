using Distributed.Algorithms.Merging.Graphs;
using Distributed.Algorithms.Merging.Permutations;
using Distributed.Algorithms.Tests.Vectors;
using Xunit;

namespace Distributed.Algorithms.Tests.Merging.Graphs;

public class GraphSymmetryTests
{
    [Fact]
    public void Of_Vectors_Agree()
    {
        foreach (var c in VectorFile.Cases("merging", "graph_specs"))
        {
            var derived = GraphSymmetry.Of(GraphFile.Parse(c.Json["graph"]!)).Spec;
            var expected = PermutationSpecJson.Parse(c.Json["expected"]);
            Assert.Equal(expected.Tensors.Select(t => t.Name).Order(), derived.Tensors.Select(t => t.Name).Order());
            // Names may differ, what they stand for may not.
            var renamed = new Dictionary<string, string>();
            foreach (var tensor in expected.Tensors)
            {
                Assert.True(derived.TryFind(tensor.Name, out var got));
                Assert.True(tensor.Axes.Length == got.Axes.Length, $"{c.Name}: {tensor.Name} has {got.Axes.Length} axes");
                for (var axis = 0; axis < tensor.Axes.Length; axis++)
                {
                    Assert.True(tensor.Axes[axis].Length == got.Axes[axis].Length, $"{c.Name}: {tensor.Name}, axis {axis}");
                    if (tensor.Axes[axis].IsEmpty) continue;
                    var (want, have) = (tensor.Axes[axis][0], got.Axes[axis][0]);
                    Assert.Equal(want, have with { Permutation = want.Permutation });
                    Assert.True(renamed.TryAdd(want.Permutation, have.Permutation) || renamed[want.Permutation] == have.Permutation, $"{c.Name}: {tensor.Name}, axis {axis}");
                }
            }
            Assert.Equal(renamed.Count, renamed.Values.Distinct().Count());
            Assert.Empty(GraphSymmetry.Of(GraphFile.Parse(c.Json["graph"]!)).Contradictions(expected));
        }
    }

    [Fact]
    public void Of_Mlp_NamesPermutationsByFirstAppearance() =>
        Assert.Equal("P0 P1", string.Join(' ', GraphSymmetry.Of(Networks.Mlp).Spec.Names));

    [Theory]
    [MemberData(nameof(Networks.Names), MemberType = typeof(Networks))]
    public void Of_EveryNetwork_KeepsItsFunction(string name)
    {
        var (network, seed) = (Networks.Get(name), Seeds.Next());
        var symmetry = GraphSymmetry.Of(network.Graph);
        var model = network.Model(seed);
        Assert.Empty(symmetry.Spec.Problems(model.Manifest));
        Assert.Equal(network.Permutations, symmetry.Spec.Names.Length);
        var check = PermutationCheck.Run(network.Graph, symmetry.Spec, model, network.Shapes, seed);
        Assert.True(check.Holds, $"{name}, seed {seed}: {check}");
    }

    [Theory]
    [MemberData(nameof(Networks.Names), MemberType = typeof(Networks))]
    public void Run_OneEntryTakenOut_DoesNotHold(string name)
    {
        var (network, seed) = (Networks.Get(name), Seeds.Next());
        var model = network.Model(seed);
        var right = GraphSymmetry.Of(network.Graph).Spec;
        // Whatever single entry is forgotten shows, except on a tensor that is alike in all units.
        foreach (var tensor in right.Tensors)
        {
            for (var axis = 0; axis < tensor.Axes.Length; axis++)
            {
                if (tensor.Axes[axis].IsEmpty) continue;
                var wrong = new PermutationSpec(right.Tensors.Select(t => t == tensor ? new TensorAxes(t.Name, t.Axes.SetItem(axis, [])) : t));
                if (wrong.Problems(model.Manifest).Count > 0 || wrong.Names.Length < right.Names.Length) continue;
                var check = PermutationCheck.Run(network.Graph, wrong, model, network.Shapes, seed);
                Assert.False(check.Holds, $"{name}, seed {seed}: {tensor.Name} axis {axis}: {check}");
                Assert.NotEmpty(GraphSymmetry.Of(network.Graph).Contradictions(wrong));
            }
        }
    }

    [Fact]
    public void Contradictions_TwoPermutationsExchanged_NamesTheTensor()
    {
        var symmetry = GraphSymmetry.Of(Networks.Mlp);
        var wrong = new PermutationSpec(symmetry.Spec.Tensors.Select(t => t.Name == "l1.weight" ? TensorAxes.Of("l1.weight", "P0", "P1") : t));
        Assert.Contains("'l1.weight'", string.Join(" ", symmetry.Contradictions(wrong)), StringComparison.Ordinal);
    }

    [Fact]
    public void Contradictions_LayerThatCannotBePermuted_NamesTheTensor()
    {
        var symmetry = GraphSymmetry.Of(Networks.Get("group norm").Graph);
        var wrong = new PermutationSpec([.. symmetry.Spec.Tensors.Where(t => t.Name != "c1.weight"), TensorAxes.Of("c1.weight", "Q", null, null, null)]);
        Assert.Contains(symmetry.Contradictions(wrong), problem => problem.Contains("'c1.weight': axis 0 cannot be permuted in blocks of 1", StringComparison.Ordinal));
        Assert.Contains(symmetry.Pinned, pinned => pinned.Contains("'gn.scale'", StringComparison.Ordinal));
    }

    [Fact]
    public void Contradictions_FewerPermutations_AreNone() =>
        Assert.Empty(GraphSymmetry.Of(Networks.Mlp).Contradictions(new PermutationSpec(
            [TensorAxes.Of("l0.weight", "Q", null), TensorAxes.Of("l0.bias", "Q"), TensorAxes.Of("l1.weight", null, "Q")])));

    [Fact]
    public void Of_UnknownOperation_FixesWhatItTouchesAndReportsIt()
    {
        var graph = new ModelGraph(["x"], ["y"],
        [
            new DenseNode("x", "a", "l0.weight", "l0.bias"), new UnknownNode("roll", ["a"], "b", ["r.weight"]),
            new DenseNode("b", "c", "l1.weight"), new ActivationNode("c", "d"), new DenseNode("d", "y", "l2.weight"),
        ]);
        var symmetry = GraphSymmetry.Of(graph);
        Assert.Equal("P0", Assert.Single(symmetry.Spec.Names));
        Assert.Equal(["l1.weight", "l2.weight"], symmetry.Spec.UsesOf("P0").Select(use => use.Tensor.Name));
        Assert.Contains("'roll' with 'r.weight'", Assert.Single(symmetry.Pinned), StringComparison.Ordinal);
    }

    [Fact]
    public void ModelGraph_ValueThatNothingMakes_IsRefused() =>
        Assert.Contains("'b'", Assert.Throws<ArgumentException>(() => new ModelGraph(["x"], ["y"], [new DenseNode("b", "y", "w")])).Message, StringComparison.Ordinal);
}

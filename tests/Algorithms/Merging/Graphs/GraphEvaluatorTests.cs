using Distributed.Algorithms.Merging;
using Distributed.Algorithms.Merging.Graphs;
using Distributed.Algorithms.Merging.Permutations;
using Distributed.Algorithms.Tests.Vectors;
using Xunit;

namespace Distributed.Algorithms.Tests.Merging.Graphs;

/// <summary>The vectors of weight matching hold outputs, of the model and so of the relabelled model.</summary>
public class GraphEvaluatorTests
{
    [Fact]
    public void Run_Mlp_AgreesWithVectors()
    {
        foreach (var c in VectorFile.Cases("merging", "weight_matching_mlp").Where(c => c.Has("logits_b"))) Check(c, Mlp(c));
    }

    [Fact]
    public void Run_Residual_AgreesWithVectors()
    {
        NormNode Norm(string input, string output, string name) => new(input, output, NormKind.Layer, [name + ".scale", name + ".bias"]);
        DenseNode Dense(string input, string output, string name, bool bias = true) => new(input, output, name + ".weight", bias ? name + ".bias" : null);
        var graph = new ModelGraph(["x"], ["y"],
        [
            Dense("x", "h", "in"),
            Norm("h", "a", "n1"), new ActivationNode("a", "b"), Dense("b", "c", "b1a"), new ActivationNode("c", "d"), Dense("d", "e", "b1b"), new AddNode(["h", "e"], "h1"),
            Norm("h1", "f", "n2"), new ActivationNode("f", "g"), Dense("g", "i", "b2a"), new ActivationNode("i", "j"), Dense("j", "k", "b2b"),
            Dense("h1", "s", "sc", bias: false), new AddNode(["s", "k"], "h2"), Norm("h2", "l", "n3"), Dense("l", "y", "out"),
        ]);
        foreach (var c in VectorFile.Cases("merging", "weight_matching_resnet").Where(c => c.Has("logits_b"))) Check(c, graph);
    }

    [Fact]
    public void Run_Convolutions_AgreesWithVectors()
    {
        var graph = new ModelGraph(["x"], ["y"],
        [
            new ConvNode("x", "a", "c1.weight", "c1.bias") { Padding = 1 }, new NormNode("a", "b", NormKind.Batch, ["bn1.scale", "bn1.bias", "bn1.mean", "bn1.var"]),
            new ActivationNode("b", "c"), new ConvNode("c", "d", "c2.weight", "c2.bias") { Padding = 1, Stride = 2 },
            new NormNode("d", "e", NormKind.Batch, ["bn2.scale", "bn2.bias", "bn2.mean", "bn2.var"]), new ActivationNode("e", "f"),
            new FlattenNode("f", "g", 4), new DenseNode("g", "h", "d1.weight", "d1.bias"), new ActivationNode("h", "i"), new DenseNode("i", "y", "d2.weight", "d2.bias"),
        ]);
        foreach (var c in VectorFile.Whole("merging", "weight_matching_conv")) Check(c, graph);
    }

    /// <summary>The graph gives the specification, the outputs, and the same outputs once the model is relabelled.</summary>
    private static void Check(VectorCase c, ModelGraph graph)
    {
        var spec = GraphSymmetry.Of(graph).Spec;
        var written = PermutationSpecJson.Parse(c.Json["spec"]);
        Assert.Empty(GraphSymmetry.Of(graph).Contradictions(written));
        Assert.Equal(written.Names.Length, spec.Names.Length);

        var model = c.Model("b");
        c.Near(c.Vector("logits_b"), Outputs(c, graph, StoredModel.Of(model)), "outputs");
        PermutedModel.Apply(written, PermutationSpecJson.ParsePermutations(c.Json["expected"]), model);
        c.Near(c.Vector("logits_b"), Outputs(c, graph, StoredModel.Of(model)), "outputs of the relabelled model");
    }

    private static double[] Outputs(VectorCase c, ModelGraph graph, StoredModel model)
    {
        var (values, shape) = (c.Vector("input"), c.Shape("input"));
        var evaluator = new GraphEvaluator(graph, model);
        return [.. values.Chunk(values.Length / (int)shape[0]).SelectMany(sample => evaluator.Run([sample], [[.. shape[1..].Select(extent => (int)extent)]]))];
    }

    private static ModelGraph Mlp(VectorCase c)
    {
        var nodes = new List<GraphNode>();
        var last = c.Int("layers") - 1;
        for (var layer = 0; layer < last; layer++)
        {
            nodes.Add(new DenseNode($"a{layer}", $"d{layer}", $"l{layer}.weight", $"l{layer}.bias"));
            if ((bool)c.Json["layer_norm"]!)
            {
                nodes.Add(new NormNode($"d{layer}", $"n{layer}", NormKind.Layer, [$"n{layer}.scale", $"n{layer}.bias"]));
                nodes.Add(new ActivationNode($"n{layer}", $"a{layer + 1}"));
            }
            else
            {
                nodes.Add(new ActivationNode($"d{layer}", $"a{layer + 1}"));
            }
        }
        nodes.Add(new DenseNode($"a{last}", "y", $"l{last}.weight", $"l{last}.bias"));
        return new ModelGraph(["a0"], ["y"], [.. nodes]);
    }
}

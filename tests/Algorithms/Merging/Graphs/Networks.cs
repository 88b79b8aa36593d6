using System.Collections.Immutable;
using Distributed.Algorithms.Merging;
using Distributed.Algorithms.Merging.Graphs;
using Distributed.Algorithms.Tensors;
using Xunit;

namespace Distributed.Algorithms.Tests.Merging.Graphs;

/// <summary>A network with the shapes of its tensors and inputs.</summary>
/// <param name="Graph">What it computes.</param>
/// <param name="Tensors">The shapes of its tensors.</param>
/// <param name="Shapes">The shapes of its inputs.</param>
/// <param name="Permutations">How many permutations it has.</param>
internal sealed record Network(
    ModelGraph Graph, (string Name, long[] Shape)[] Tensors, ImmutableArray<int>[] Shapes, int Permutations)
{
    /// <summary>Random numbers; variances are positive.</summary>
    public StoredModel Model(int seed)
    {
        var random = new Random(seed);
        var set = new TensorSet(new TensorManifest(Tensors.Select(t => new TensorEntry(t.Name, TensorDType.F64, [.. t.Shape]))));
        foreach (var (name, _) in Tensors)
        {
            foreach (ref var x in set.Values<double>(name))
                x = name.EndsWith("var", StringComparison.Ordinal) ? 0.5 + random.NextDouble() : (random.NextDouble() * 2) - 1;
        }
        return StoredModel.Of(set);
    }
}

/// <summary>Small networks of every construct.</summary>
internal static class Networks
{
    public static TheoryData<string> Names =>
        ["mlp", "convolutions", "channels last", "residual", "layer norm", "group norm", "instance norm", "depthwise", "gate", "joined", "transformer", "grouped queries"];

    public static ModelGraph Mlp => new(["x"], ["y"],
    [
        new DenseNode("x", "a", "l0.weight", "l0.bias"), new ActivationNode("a", "b"), new DenseNode("b", "c", "l1.weight", "l1.bias"),
        new ActivationNode("c", "d", ActivationKind.Tanh), new DenseNode("d", "y", "l2.weight", "l2.bias"),
    ]);

    public static Network Get(string name) => name switch
    {
        "mlp" => new(Mlp,
            [("l0.weight", [7, 5]), ("l0.bias", [7]), ("l1.weight", [6, 7]), ("l1.bias", [6]), ("l2.weight", [3, 6]), ("l2.bias", [3])], [[5]], 2),
        "convolutions" => Convolutions(channelsLast: false),
        "channels last" => Convolutions(channelsLast: true),
        "residual" => Residual(),
        "layer norm" => Normed(NormKind.Layer, 1, 2),
        "group norm" => Normed(NormKind.Group, 2, 1),
        "instance norm" => Normed(NormKind.Instance, 1, 2),
        "depthwise" => Depthwise(),
        "gate" => Gate(),
        "joined" => Joined(),
        // The stream, the inner layer, the places of 3 heads, and in each of them query-key and value-output.
        "transformer" => Transformer(heads: 3, keyHeads: 3, permutations: 9),
        "grouped queries" => Transformer(heads: 4, keyHeads: 2, permutations: 7),
        _ => throw new ArgumentException(name),
    };

    private static Network Convolutions(bool channelsLast) => new(
        new(["x"], ["y"],
        [
            new ConvNode("x", "a", "c1.weight", "c1.bias") { Padding = 1 },
            new NormNode("a", "b", NormKind.Batch, ["n1.scale", "n1.bias", "n1.mean", "n1.var"]),
            new ActivationNode("b", "c"), new PoolNode("c", "d") { IsMaximum = true, Window = 2 },
            new ConvNode("d", "e", "c2.weight") { Stride = 2, Padding = 1 }, new ActivationNode("e", "f", ActivationKind.Silu),
            new FlattenNode("f", "g", 4, channelsLast), new DenseNode("g", "h", "f1.weight", "f1.bias"), new ActivationNode("h", "i", ActivationKind.Gelu),
            new DenseNode("i", "y", "f2.weight"),
        ]),
        [
            ("c1.weight", [4, 2, 3, 3]), ("c1.bias", [4]), ("n1.scale", [4]), ("n1.bias", [4]), ("n1.mean", [4]), ("n1.var", [4]),
            ("c2.weight", [5, 4, 3, 3]), ("f1.weight", [6, 20]), ("f1.bias", [6]), ("f2.weight", [3, 6]),
        ],
        [[2, 6, 8]], 3);

    private static Network Residual() => new(
        new(["x"], ["y"],
        [
            new DenseNode("x", "h", "in.weight"),
            new DenseNode("h", "a", "b1.weight"), new ActivationNode("a", "b"), new DenseNode("b", "c", "b2.weight"), new AddNode(["c", "h"], "k"),
            new DenseNode("k", "l", "b3.weight"), new ActivationNode("l", "m", ActivationKind.Sigmoid), new DenseNode("m", "n", "b4.weight"),
            new DenseNode("k", "s", "sc.weight"), new AddNode(["n", "s"], "o"), new DenseNode("o", "y", "out.weight"),
        ]),
        [("in.weight", [6, 4]), ("b1.weight", [7, 6]), ("b2.weight", [6, 7]), ("b3.weight", [5, 6]), ("b4.weight", [8, 5]), ("sc.weight", [8, 6]), ("out.weight", [3, 8])],
        [[4]], 4);

    private static Network Normed(NormKind kind, int groups, int permutations) => new(
        new(["x"], ["y"],
        [
            new ConvNode("x", "a", "c1.weight") { Padding = 1 }, new NormNode("a", "b", kind, ["gn.scale", "gn.bias"]) { Groups = groups },
            new ActivationNode("b", "c"), new ConvNode("c", "d", "c2.weight"), new ActivationNode("d", "e"), new PoolNode("e", "f"),
            new DenseNode("f", "y", "fc.weight"),
        ]),
        [("c1.weight", [6, 2, 3, 3]), ("gn.scale", [6]), ("gn.bias", [6]), ("c2.weight", [5, 6, 1, 1]), ("fc.weight", [3, 5])], [[2, 3, 4]], permutations);

    private static Network Depthwise() => new(
        new(["x"], ["y"],
        [
            new ConvNode("x", "a", "c1.weight"), new ConvNode("a", "b", "dw.weight", "dw.bias") { IsDepthwise = true, Padding = 1 },
            new ActivationNode("b", "c"), new ConvNode("c", "d", "pw.weight"), new ConvNode("d", "e", "gr.weight") { Groups = 2 }, new PoolNode("e", "f"),
            new DenseNode("f", "y", "fc.weight"),
        ]),
        [("c1.weight", [5, 2, 1, 1]), ("dw.weight", [5, 1, 3, 3]), ("dw.bias", [5]), ("pw.weight", [4, 5, 1, 1]), ("gr.weight", [6, 2, 1, 1]), ("fc.weight", [3, 6])],
        [[2, 3, 3]], 1);

    private static Network Gate() => new(
        new(["x"], ["y"],
        [
            new ConvNode("x", "a", "c1.weight"), new PoolNode("a", "b"), new DenseNode("b", "c", "s1.weight"), new ActivationNode("c", "d"),
            new DenseNode("d", "e", "s2.weight"), new ActivationNode("e", "f", ActivationKind.Sigmoid), new MultiplyNode("a", "f", "g"),
            new PoolNode("g", "h") { IsMaximum = true }, new DenseNode("h", "y", "fc.weight"),
        ]),
        [("c1.weight", [6, 2, 1, 1]), ("s1.weight", [4, 6]), ("s2.weight", [6, 4]), ("fc.weight", [3, 6])], [[2, 3, 3]], 2);

    private static Network Joined() => new(
        new(["x", "z"], ["y", "d"],
        [
            new DenseNode("x", "a", "l0.weight"), new DenseNode("z", "b", "l1.weight"), new ConcatNode(["a", "b"], "c"),
            new DenseNode("c", "e", "l2.weight"), new ActivationNode("e", "f"), new DenseNode("f", "d", "l3.weight"), new DenseNode("d", "y", "l4.weight"),
        ]),
        [("l0.weight", [4, 3]), ("l1.weight", [5, 2]), ("l2.weight", [6, 9]), ("l3.weight", [4, 6]), ("l4.weight", [2, 4])], [[3], [2]], 1);

    private static Network Transformer(int heads, int keyHeads, int permutations)
    {
        const int Width = 4;
        const int Units = 10;
        const int Vocabulary = 12;
        var fused = heads == keyHeads;
        var (rows, keyRows) = (heads * Width, keyHeads * Width);
        var attention = fused
            ? new AttentionNode("n1", "at", heads, Width, new("qkv.weight", "qkv.bias"), new("qkv.weight", "qkv.bias", rows), new("qkv.weight", "qkv.bias", 2 * rows), new("o.weight", "o.bias"))
                { IsCausal = true }
            : new AttentionNode("n1", "at", heads, Width, new("q.weight", "q.bias"), new("k.weight"), new("v.weight", "v.bias"), new("o.weight", "o.bias")) { KeyHeads = keyHeads };
        (string, long[])[] projections = fused
            ? [("qkv.weight", [3 * rows, Units]), ("qkv.bias", [3 * rows])]
            : [("q.weight", [rows, Units]), ("q.bias", [rows]), ("k.weight", [keyRows, Units]), ("v.weight", [keyRows, Units]), ("v.bias", [keyRows])];
        return new(
            new(["tokens", "places"], ["y"],
            [
                new EmbeddingNode("tokens", "t", "table"), new EmbeddingNode("places", "p", "positions"), new AddNode(["t", "p"], "h0"),
                new NormNode("h0", "n1", NormKind.Layer, ["n1.scale", "n1.bias"]), attention, new AddNode(["h0", "at"], "h1"),
                new NormNode("h1", "n2", NormKind.Layer, ["n2.scale", "n2.bias"]), new DenseNode("n2", "m1", "up.weight", "up.bias"),
                new ActivationNode("m1", "m2", ActivationKind.Gelu), new DenseNode("m2", "m3", "down.weight"), new AddNode(["h1", "m3"], "h2"),
                // The table again, as the output matrix.
                new DenseNode("h2", "y", "table"),
            ]),
            [
                ("table", [Vocabulary, Units]), ("positions", [5, Units]), ("n1.scale", [Units]), ("n1.bias", [Units]), .. projections,
                ("o.weight", [Units, rows]), ("o.bias", [Units]), ("n2.scale", [Units]), ("n2.bias", [Units]),
                ("up.weight", [14, Units]), ("up.bias", [14]), ("down.weight", [Units, 14]),
            ],
            [[5], [5]], permutations);
    }
}

using System.Text.Json.Nodes;
using Distributed.Algorithms.Merging;
using Distributed.Algorithms.Merging.Methods;
using Distributed.Algorithms.Merging.Renormalization;
using Distributed.Algorithms.Tensors;
using Distributed.Algorithms.Tests.Merging;
using Distributed.Algorithms.Tests.Merging.Renormalization;
using Xunit;

namespace Distributed.Algorithms.Tests.Vectors;

public class RepairVectorTests
{
    [Theory]
    [InlineData("repair", CorrectionKind.Repair)]
    [InlineData("rescale", CorrectionKind.Rescale)]
    [InlineData("reshift", CorrectionKind.Reshift)]
    public void Correct_Vectors_Agree(string field, CorrectionKind kind)
    {
        foreach (var (file, c) in Cases())
        {
            var alpha = c.Number("alpha");
            var (a, b) = (Network(file, "a"), Network(file, "b"));
            var targets = Renormalizer.Targets([MeasureAll(a), MeasureAll(b)], [1 - alpha, alpha]);
            Near(c, "goal_mean", targets.Select(t => t.Mean.ToArray()));
            Near(c, "goal_std", targets.Select(t => t.Deviation.ToArray()));
            var merged = DenseNetwork.Mix(a, b, alpha);
            var corrections = Renormalizer.Correct(merged, kind, targets, Options(file));
            var expected = c.At(field);
            Near(expected, "scale", corrections.Select(x => x.Scale.ToArray()));
            Near(expected, "shift", corrections.Select(x => x.Shift.ToArray()));
            NearLayers(expected, expected.Json["fused"]!, merged);
            expected.Near(expected.Vector("logits"), merged.Outputs(), "outputs of the fused network");
        }
    }

    [Fact]
    public void ClosedForm_Vectors_Agree()
    {
        foreach (var (file, c) in Cases())
        {
            var (a, b) = (Network(file, "a"), Network(file, "b"));
            var expected = c.At("closed_form");
            for (var layer = 0; layer < a.LayerCount; layer++)
            {
                var pair = new ChannelPairStatistics(a.Layers[layer].Bias.Length);
                var (before, other) = (a.Before(layer), b.Before(layer));
                // In two batches, so that their merge counts.
                var half = before.Length / pair.First.Channels / 3 * pair.First.Channels;
                pair.Add<double>(before.AsSpan(0, half), other.AsSpan(0, half));
                pair.Add<double>(before.AsSpan(half), other.AsSpan(half));
                var correction = ChannelCorrection.ClosedForm(pair, c.Number("alpha"));
                expected.Near(expected.Rows("corr")[layer], [.. Enumerable.Range(0, pair.First.Channels).Select(pair.Correlation)], "correlation");
                expected.Near(expected.Rows("scale")[layer], [.. correction.Scale], "scale");
                expected.Near(expected.Rows("shift")[layer], [.. correction.Shift], "shift");
            }
        }
    }

    [Fact]
    public void Collapse_Vectors_Agree()
    {
        foreach (var (file, c) in Cases())
        {
            var alpha = c.Number("alpha");
            var (a, b) = (Network(file, "a"), Network(file, "b"));
            var merged = DenseNetwork.Mix(a, b, alpha);
            var layers = Enumerable.Range(0, a.LayerCount).ToList();
            Near(c, "merged_mean", layers.Select(l => merged.Measure(l).Mean.ToArray()));
            Near(c, "merged_std", layers.Select(l => Enumerable.Range(0, merged.Measure(l).Channels).Select(merged.Measure(l).Deviation).ToArray()));
            c.Near(c.Vector("variance_ratio_per_layer"), [.. layers.Select(l => Collapse.VarianceRatio(merged.Measure(l), a.Measure(l), b.Measure(l), alpha))], "ratio");
            var networks = new Dictionary<string, DenseNetwork> { ["a"] = a, ["b"] = b, ["merged"] = merged };
            foreach (var (name, expected) in c.Json["mean_abs_activation"]!.AsObject())
                c.Near(VectorCase.Numbers(expected!), [.. layers.Select(l => networks[name].Activity(l).MeanMagnitude)], $"mean |activation| of {name}");
            foreach (var (name, expected) in c.Json["zero_fraction"]!.AsObject())
                c.Near(VectorCase.Numbers(expected!), [.. layers.Select(l => networks[name].Activity(l).ZeroFraction)], $"zeros of {name}");
            c.Near(c.Vector("logits_merged"), merged.Outputs(), "outputs");
        }
    }

    [Fact]
    public void Pruning_Vectors_Agree()
    {
        foreach (var file in VectorFile.Whole("merging", "repair"))
        {
            var c = file.At("pruning");
            var dense = Network(file, "a");
            c.Near(c.Vector("logits_dense"), dense.Outputs(), "outputs of the dense network");
            var input = Merges.Input([Model(dense)]);
            var pruned = Network(Merges.Run("prune", new MagnitudePruningParameters { Sparsity = c.Number("sparsity") }, input).Model, dense);
            NearLayers(c, c.Json["pruned"]!, pruned);
            c.Near(c.Vector("logits_pruned"), pruned.Outputs(), "outputs of the pruned network");
            var corrections = Renormalizer.Correct(pruned, CorrectionKind.Repair, Renormalizer.Targets([MeasureAll(dense)], [1]), Options(file));
            Near(c, "scale", corrections.Select(x => x.Scale.ToArray()));
            Near(c, "shift", corrections.Select(x => x.Shift.ToArray()));
            c.Near(c.Vector("logits_restored"), pruned.Outputs(), "outputs of the restored network");
        }
    }

    private static IReadOnlyList<ChannelStatistics> MeasureAll(ICorrectableNetwork network) => network.MeasureAll();

    private static CorrectionOptions Options(VectorCase file) => new() { Epsilon = file.Number("eps"), SpareConstantUnits = false };

    private static IEnumerable<(VectorCase File, VectorCase Case)> Cases() =>
        VectorFile.Whole("merging", "repair").SelectMany(file => file.All("cases").Select(c => (file, c)));

    private static DenseNetwork Network(VectorCase file, string field)
    {
        var width = (int)file.Shape("input")[1];
        return new(Layers(file.Json[field]!), [.. file.Vector("input").Chunk(width)]);
    }

    private static IReadOnlyList<(double[] Weight, double[] Bias)> Layers(JsonNode layers) =>
        [.. layers.AsArray().Select(l => (VectorCase.Numbers(l!["weight"]!), VectorCase.Numbers(l["bias"]!)))];

    private static TensorSet Model(DenseNetwork network)
    {
        var set = new TensorSet(new TensorManifest(network.Layers.SelectMany((l, i) => new TensorEntry[]
        {
            new($"{i}.weight", TensorDType.F64, [l.Bias.Length, l.Weight.Length / l.Bias.Length]), new($"{i}.bias", TensorDType.F64, [l.Bias.Length]),
        })));
        for (var i = 0; i < network.Layers.Count; i++)
        {
            network.Layers[i].Weight.CopyTo(set.Values<double>($"{i}.weight"));
            network.Layers[i].Bias.CopyTo(set.Values<double>($"{i}.bias"));
        }
        return set;
    }

    private static DenseNetwork Network(TensorSet model, DenseNetwork like) => new(
        [.. like.Layers.Select((_, i) => (model.Values<double>($"{i}.weight").ToArray(), model.Values<double>($"{i}.bias").ToArray()))], like.Input);

    private static void NearLayers(VectorCase c, JsonNode expected, DenseNetwork network)
    {
        var layers = Layers(expected);
        Assert.Equal(layers.Count, network.Layers.Count);
        for (var l = 0; l < layers.Count; l++)
        {
            c.Near(layers[l].Weight, network.Layers[l].Weight, $"weights of layer {l}");
            c.Near(layers[l].Bias, network.Layers[l].Bias, $"bias of layer {l}");
        }
    }

    private static void Near(VectorCase c, string field, IEnumerable<double[]> got)
    {
        var (expected, rows) = (c.Rows(field), got.ToArray());
        Assert.Equal(expected.Length, rows.Length);
        for (var i = 0; i < rows.Length; i++) c.Near(expected[i], rows[i], $"{field} of layer {i}");
    }
}

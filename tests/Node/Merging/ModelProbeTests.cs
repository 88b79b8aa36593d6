using System.Runtime.InteropServices;
using Distributed.Algorithms.Merging;
using Distributed.Algorithms.Merging.Matching;
using Distributed.Algorithms.Merging.Permutations;
using Distributed.Algorithms.Merging.Renormalization;
using Distributed.Algorithms.Tensors;
using Distributed.Node.Merging;
using Distributed.Node.Models;
using Distributed.Node.Tests.Fixtures;
using TorchSharp;
using Xunit;

namespace Distributed.Node.Tests.Merging;

/// <summary>Two untrained multi-layer perceptrons of different seeds, on drawn images.</summary>
public sealed class ModelProbeTests : IDisposable
{
    private readonly ModelProbe probe;
    private readonly TensorSet first;
    private readonly TensorSet second;

    public ModelProbeTests()
    {
        var problems = new List<string>();
        probe = ModelProbe.Open(
            Specs.Glyphs(1, """{ "name": "mlp", "hidden": [40, 30, 20] }""", rounds: 1, train: 300, test: 100), new ProbeOptions { Examples = 300 }, problems)!;
        Assert.Empty(problems);
        (first, second) = (Initial(1), Initial(2));
    }

    public void Dispose() => probe.Dispose();

    [Fact]
    public void Outputs_OfARelabelledModel_AreTheSame()
    {
        var before = probe.Outputs(first);
        Assert.InRange(Largest(before, probe.Outputs(Relabelled(probe.Spec))), 0, 1e-5 * Math.Max(1, before.Max(Math.Abs)));

        // A specification with one entry swapped: fc2 takes its inputs in the old order.
        var wrong = new PermutationSpec(probe.Spec.Tensors.Select(tensor => tensor.Name == "fc2.weight" ? new TensorAxes(tensor.Name, [tensor.Axes[0], []]) : tensor));
        Assert.True(Largest(before, probe.Outputs(Relabelled(wrong))) > 1e-3);
        Assert.NotEmpty(probe.Contradictions(wrong));
        Assert.Empty(probe.Contradictions(probe.Spec));
    }

    [Fact]
    public void Measure_OfTheFirstLayer_IsWhatItsWeightsMakeOfTheInputs()
    {
        var measured = new ProbedNetwork(probe, first).Measure(0);
        using var scope = torch.NewDisposeScope();
        var inputs = probe.Task.ReadBatch(Split.Train, torch.arange(300)).Inputs.reshape(300, -1).to_type(torch.ScalarType.Float64);
        var weight = Double("fc1.weight", 40, -1);
        var values = inputs.matmul(weight.t()) + Double("fc1.bias", 40);
        Assert.Equal(300, measured.Count);
        for (var unit = 0; unit < 40; unit++)
        {
            Assert.Equal(values.select(1, unit).mean().item<double>(), measured.Mean[unit], 1e-5);
            Assert.Equal((values.select(1, unit) - measured.Mean[unit]).square().mean().item<double>(), measured.Variance(unit), 1e-5);
        }
    }

    [Fact]
    public void Repair_OfTheMidpoint_EndsTheCollapseOfVariance()
    {
        var middle = Mean(first, second);
        var repaired = ProbeRepair.Run(probe, RepairKind.Repair, middle, [first, second], [0.5, 0.5]).Model;
        var layers = ProbeCollapse.Measure(probe, [middle, repaired], first, second, 0.5);

        Assert.Equal(["fc1", "fc2", "fc3"], layers[0].Select(layer => layer.Layer));
        Assert.All(layers[0].Skip(1), layer => Assert.InRange(layer.VarianceRatio, 0, 0.7));
        var targets = Renormalizer.Targets([new ProbedNetwork(probe, first).MeasureAll(), new ProbedNetwork(probe, second).MeasureAll()], [0.5, 0.5]);
        foreach (var (layer, statistics) in ((ICorrectableNetwork)new ProbedNetwork(probe, repaired)).MeasureAll().Index())
        {
            Assert.All(Enumerable.Range(0, statistics.Channels), unit =>
            {
                Assert.Equal(targets[layer].Mean[unit], statistics.Mean[unit], 1e-3);
                Assert.Equal(targets[layer].Deviation[unit], statistics.Deviation(unit), 1e-2 * Math.Max(0.1, targets[layer].Deviation[unit]));
            });
        }

        Assert.All(layers[1].Zip(layers[0]), pair => Assert.True(pair.First.VarianceRatio > pair.Second.VarianceRatio));
        Assert.NotEqual(middle.Data.ToArray(), repaired.Data.ToArray());
    }

    [Theory]
    [InlineData(ActivationSimilarity.Correlation)]
    [InlineData(ActivationSimilarity.Inner)]
    public void ActivationMatching_OfARelabelledModel_FindsTheWayBack(ActivationSimilarity similarity)
    {
        var planted = UnitPermutations.Shuffled(probe.Spec.Sizes(probe.Manifest), 5);
        var match = ProbeActivations.Match(probe, probe.Spec, first, Relabelled(probe.Spec), similarity, threads: 1);
        Assert.Empty(match.Unseen);
        Assert.True(match.After > match.Before);

        // Units that are always zero are all alike: only what the model computes tells.
        var back = new TensorSet(first.Manifest, Relabelled(probe.Spec).Data.ToArray());
        PermutedModel.Apply(probe.Spec, match.Permutations, back);
        Assert.True(match.Permutations.All.Sum(p => p.Value.Where((from, i) => planted[p.Key][from] == i).Count()) > 70);
        Assert.InRange(Largest(probe.Outputs(first), probe.Outputs(back)), 0, 1e-5);
    }

    [Fact]
    public void Gradient_OfAWeight_IsTheSlopeOfTheLoss()
    {
        var gradient = new ProbeGradient(probe, 1000, seed: 1);
        var at = gradient.At(0, first);
        var slope = Values(at.Gradient, "fc4.bias");
        for (var unit = 0; unit < slope.Length; unit++)
        {
            const float Step = 1e-2f;
            double Loss(float change)
            {
                var moved = new TensorSet(first.Manifest, first.Data.ToArray());
                moved.Values<float>("fc4.bias")[unit] += change;
                return gradient.At(0, moved).Loss;
            }

            Assert.Equal((Loss(Step) - Loss(-Step)) / (2 * Step), slope[unit], 1e-3);
        }
    }

    [Fact]
    public void Conform_OfAForeignFile_TakesOrderAndHalfPrecisionAndNamesWhatDoesNotFit()
    {
        var reversed = new TensorSet(new TensorManifest(first.Manifest.Reverse().Select(entry => new TensorEntry(entry.Name, TensorDType.F64, entry.Shape))));
        foreach (var entry in first.Manifest)
        {
            var numbers = first.Values<float>(entry.Name);
            for (var i = 0; i < numbers.Length; i++)
            {
                reversed.Values<double>(entry.Name)[i] = numbers[i];
            }
        }

        Assert.Equal(first.Data.ToArray(), probe.Conform(StoredModel.Of(reversed), [])!.Data.ToArray());

        var problems = new List<string>();
        var shorter = new TensorSet(new TensorManifest(first.Manifest.Skip(1).Append(new TensorEntry("extra", TensorDType.F32, [2]))));
        Assert.Null(probe.Conform(StoredModel.Of(shorter, "short.safetensors"), problems));
        Assert.Equal(2, problems.Count);
        Assert.Contains("'fc1.weight'", problems[0], StringComparison.Ordinal);
        Assert.Contains("'extra'", problems[1], StringComparison.Ordinal);
    }

    [Fact]
    public void Conform_OfATypeThatNoRunHas_NamesTheTensors()
    {
        var problems = new List<string>();
        var small = new TensorSet(new TensorManifest(first.Manifest.Select(entry => new TensorEntry(entry.Name, TensorDType.F8_E4M3, entry.Shape))));
        Assert.Null(probe.Conform(StoredModel.Of(small), problems));
        Assert.Equal(first.Manifest.Count, problems.Count);
        Assert.Contains("F8_E4M3", problems[0], StringComparison.Ordinal);
    }

    private TensorSet Initial(int seed)
    {
        var model = new TensorSet(probe.Manifest);
        using var module = probe.Task.BuildModel();
        probe.Task.Initialize(module, seed);
        new Node.Models.ModelState(module).Save(model.Data.Span);
        return model;
    }

    private TensorSet Relabelled(PermutationSpec spec)
    {
        var copy = new TensorSet(first.Manifest, first.Data.ToArray());
        PermutedModel.Apply(spec, UnitPermutations.Shuffled(spec.Sizes(first.Manifest), 5), copy);
        return copy;
    }

    private torch.Tensor Double(string name, params long[] shape) =>
        torch.tensor(Array.ConvertAll(first.Values<float>(name).ToArray(), value => (double)value)).reshape(shape);

    private static TensorSet Mean(TensorSet one, TensorSet other)
    {
        var mean = new TensorSet(one.Manifest);
        var numbers = MemoryMarshal.Cast<byte, float>(mean.Data.Span);
        for (var i = 0; i < numbers.Length; i++)
        {
            numbers[i] = (MemoryMarshal.Cast<byte, float>(one.Data.Span)[i] + MemoryMarshal.Cast<byte, float>(other.Data.Span)[i]) / 2;
        }

        return mean;
    }

    private static float[] Values(StoredModel model, string name)
    {
        var entry = model.Manifest[name];
        return MemoryMarshal.Cast<byte, float>(model.Data.Read(entry.Offset, new byte[entry.ByteLength])).ToArray();
    }

    private static double Largest(double[] one, double[] other) => one.Zip(other, (a, b) => Math.Abs(a - b)).Max();
}

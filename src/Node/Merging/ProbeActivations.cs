using System.Collections.Immutable;
using Distributed.Algorithms.Merging.Matching;
using Distributed.Algorithms.Merging.Permutations;
using Distributed.Algorithms.Tensors;
using Distributed.Node.Models;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Distributed.Node.Merging;

/// <summary>What activation matching on a run's examples found.</summary>
/// <param name="Permutations">The permutations that align the model with the reference.</param>
/// <param name="Before">The similarity of units in the same places, summed over all permutations, before.</param>
/// <param name="After">The same behind the match.</param>
/// <param name="Unseen">Permutations whose units no layer takes in by itself (inside of attention); they stay as they were.</param>
public sealed record ProbedActivationMatch(UnitPermutations Permutations, double Before, double After, ImmutableArray<string> Unseen);

/// <summary>
/// Activation matching on a run's training examples. Units are looked at where the last layer takes them in whose inputs they are: behind the
/// nonlinearity, in a residual stream behind the last block's.
/// </summary>
public static class ProbeActivations
{
    /// <summary>Matches a model with a reference.</summary>
    /// <param name="probe">What runs both.</param>
    /// <param name="spec">Which axis follows which permutation.</param>
    /// <param name="reference">The model that stays as it is.</param>
    /// <param name="model">The model whose units are relabelled; it is only read.</param>
    /// <param name="similarity">What units are compared by.</param>
    /// <param name="threads">Most threads of the assignments.</param>
    /// <param name="cancellation">Looked at once a batch.</param>
    /// <exception cref="ArgumentException">An activation is NaN or infinite.</exception>
    public static ProbedActivationMatch Match(
        ModelProbe probe, PermutationSpec spec, TensorSet reference, TensorSet model, ActivationSimilarity similarity, int threads,
        CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(probe);
        ArgumentNullException.ThrowIfNull(spec);
        var sizes = spec.Sizes(probe.Manifest);
        var readers = Readers(spec, sizes);
        var statistics = new Dictionary<string, ActivationStatistics>(StringComparer.Ordinal);
        ProbePairs.Compare(probe, reference, model, Keep, (permutation, one, other) =>
        {
            if (!statistics.TryGetValue(permutation, out var sums))
            {
                statistics[permutation] = sums = new ActivationStatistics(sizes[permutation]);
            }

            sums.Add(Samples(one, sizes[permutation]), Samples(other, sizes[permutation]));
        }, cancellation);

        var seen = Only(spec, statistics.Keys.ToHashSet(StringComparer.Ordinal));
        var match = ActivationMatching.Run(seen, probe.Manifest, statistics, similarity, threads, cancellation);
        return new(
            new UnitPermutations(UnitPermutations.Identity(sizes).All.SetItems(match.Permutations.All)),
            seen.Names.Sum(name => Diagonal(statistics[name].Similarity(similarity), sizes[name])),
            match.Objectives.Values.Sum(),
            [.. spec.Names.Where(name => !statistics.ContainsKey(name))]);

        void Keep(string path, nn.Module<Tensor, Tensor> layer, Tensor input, Tensor output, Dictionary<string, ProbedValues> kept)
        {
            if (layer is (Linear or Conv2d or FilledConv2d) && probe.WeightOf(layer) is { } weight && readers.TryGetValue(weight, out var how))
            {
                // A later layer that takes the same units in replaces an earlier one.
                var values = ChannelValues.Of(input, out var space).ToArray();
                kept[how.Permutation] = new ProbedValues(values, how.ChannelsLast ? 1 : space * how.Block);
            }
        }
    }

    // The weights whose inputs are all units of one permutation and nothing else.
    private static Dictionary<string, AxisEntry> Readers(PermutationSpec spec, ImmutableDictionary<string, int> sizes) => spec.Tensors
        .Where(tensor => tensor.Axes.Length >= 2 && tensor.Axes[1].Length == 1)
        .Select(tensor => (tensor.Name, How: tensor.Axes[1][0]))
        .Where(reader => reader.How is { Offset: 0 } && (reader.How.Units ?? sizes[reader.How.Permutation]) == sizes[reader.How.Permutation])
        .ToDictionary(reader => reader.Name, reader => reader.How, StringComparer.Ordinal);

    private static double[] Samples(ProbedValues values, int units)
    {
        var samples = new double[values.Values.Length];
        var space = values.Space;
        for (var first = 0; first < samples.Length; first += units * space)
        {
            for (var unit = 0; unit < units; unit++)
            {
                for (var position = 0; position < space; position++)
                {
                    samples[first + (position * units) + unit] = values.Values[first + (unit * space) + position];
                }
            }
        }

        return samples;
    }

    private static PermutationSpec Only(PermutationSpec spec, HashSet<string> names) => new(spec.Tensors.Select(tensor => new TensorAxes(
        tensor.Name, [.. tensor.Axes.Select(axis => axis.Where(how => names.Contains(how.Permutation)).ToImmutableArray())])));

    private static double Diagonal(ImmutableArray<double> square, int units) => Enumerable.Range(0, units).Sum(i => square[(i * units) + i]);
}

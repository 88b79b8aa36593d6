using System.Collections.Immutable;
using Distributed.Algorithms.Merging.Assignments;
using Distributed.Algorithms.Merging.Permutations;
using Distributed.Algorithms.Tensors;

namespace Distributed.Algorithms.Merging.Matching;

/// <summary>What activation matching found.</summary>
/// <param name="Permutations">The permutations that align the model with the reference: permuted[i] = model[p[i]].</param>
/// <param name="Objectives">The summed similarity of each.</param>
public sealed record ActivationMatch(UnitPermutations Permutations, ImmutableSortedDictionary<string, double> Objectives);

/// <summary>
/// Activation matching: the relabelling of a model's units by what they do on the same samples as a reference's units. Every permutation is
/// chosen by itself, exactly.
/// </summary>
public static class ActivationMatching
{
    /// <summary>Matches the units of every permutation.</summary>
    /// <param name="spec">Which axis follows which permutation.</param>
    /// <param name="manifest">The models' tensors.</param>
    /// <param name="statistics">The activations of each permutation's units, by its name.</param>
    /// <param name="similarity">What they are compared by.</param>
    /// <param name="parallelism">Most threads; the result is the same for any number.</param>
    /// <param name="cancellation">Ends the search.</param>
    /// <exception cref="ArgumentException">A permutation has no statistics, or of another number of units, or of fewer than two samples.</exception>
    public static ActivationMatch Run(
        PermutationSpec spec, TensorManifest manifest, IReadOnlyDictionary<string, ActivationStatistics> statistics,
            ActivationSimilarity similarity = ActivationSimilarity.Correlation, int parallelism = 1, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(spec);
        ArgumentNullException.ThrowIfNull(statistics);
        var problems = Problems(spec.Sizes(manifest), statistics).ToList();
        if (problems.Count > 0) throw new ArgumentException(string.Join(" ", problems), nameof(statistics));

        var solved = new Assignment[spec.Names.Length];
        Parallel.For(0, solved.Length, new ParallelOptions { MaxDegreeOfParallelism = parallelism, CancellationToken = cancellation }, i =>
        {
            var of = statistics[spec.Names[i]];
            solved[i] = LinearAssignment.Solve(of.Similarity(similarity).ToArray(), of.Units, cancellation: cancellation);
        });
        return new ActivationMatch(
            new UnitPermutations(spec.Names.Select((name, i) => KeyValuePair.Create(name, solved[i].ColumnOf.ToImmutableArray()))),
            spec.Names.Select((name, i) => KeyValuePair.Create(name, solved[i].Objective)).ToImmutableSortedDictionary(StringComparer.Ordinal));
    }

    private static IEnumerable<string> Problems(IReadOnlyDictionary<string, int> sizes, IReadOnlyDictionary<string, ActivationStatistics> statistics)
    {
        foreach (var (name, units) in sizes.OrderBy(size => size.Key, StringComparer.Ordinal))
        {
            if (!statistics.TryGetValue(name, out var of))
                yield return $"There are no activations for permutation {Printable.Of(name)}.";
            else if (of.Units != units)
                yield return $"The activations for permutation {Printable.Of(name)} are of {of.Units} units, the model has {units}.";
            else if (of.Count < 2)
                yield return $"There are {of.Count} samples for permutation {Printable.Of(name)}; at least two are needed.";
        }
    }
}

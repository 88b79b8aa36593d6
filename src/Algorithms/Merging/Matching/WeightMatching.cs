using Distributed.Algorithms.Merging.Permutations;
using Distributed.Algorithms.Tensors;

namespace Distributed.Algorithms.Merging.Matching;

/// <summary>
/// Weight matching (Ainsworth et al., "Git Re-Basin", ICLR 2023): the relabelling of a model's units that makes it most like a reference, by
/// coordinate descent: one permutation after the other is chosen best given the others, as a linear assignment. Every step is accepted only if
/// the objective Σ ⟨reference, permuted model⟩ rises, so that it ends. Double precision throughout.
/// </summary>
public static class WeightMatching
{
    /// <summary>
    /// What keeps two models from being matched, as sentences that name the tensor; empty when nothing does: the specification does not fit, a
    /// tensor is missing or of another shape, a number is NaN or infinite, an option is out of its range. Reads both models whole.
    /// </summary>
    /// <param name="spec">Which axis follows which permutation.</param>
    /// <param name="reference">The model that stays as it is.</param>
    /// <param name="model">The model whose units are relabelled.</param>
    /// <param name="options">How to match.</param>
    public static IReadOnlyList<string> Problems(
        PermutationSpec spec, StoredModel reference, StoredModel model, WeightMatchingOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(spec);
        ArgumentNullException.ThrowIfNull(reference);
        ArgumentNullException.ThrowIfNull(model);
        var problems = new List<string>(spec.Problems(reference.Manifest));
        problems.AddRange(ModelPairs.Differences(reference, model));
        problems.AddRange(ModelPairs.NotFinite(reference).Concat(ModelPairs.NotFinite(model)));
        if (problems.Count == 0) problems.AddRange(Problems(spec, reference.Manifest, options ?? new WeightMatchingOptions()));
        return problems;
    }

    /// <summary>Matches a model with a reference.</summary>
    /// <param name="spec">Which axis follows which permutation.</param>
    /// <param name="reference">The model that stays as it is.</param>
    /// <param name="model">The model whose units are relabelled; it is only read.</param>
    /// <param name="options">How to match.</param>
    /// <param name="cancellation">Ends the search.</param>
    /// <exception cref="ArgumentException">They cannot be matched; <see cref="Problems(PermutationSpec, StoredModel, StoredModel, WeightMatchingOptions?)"/> says why beforehand.</exception>
    /// <exception cref="OperationCanceledException">The caller cancelled.</exception>
    public static WeightMatch Run(
        PermutationSpec spec, StoredModel reference, StoredModel model, WeightMatchingOptions? options = null,
            CancellationToken cancellation = default)
    {
        options ??= new WeightMatchingOptions();
        var problems = Problems(spec, reference, model, options);
        return problems.Count == 0
            ? new CoordinateDescent(spec, new MatchedModels(spec, reference, model, options), options).Run(cancellation)
            : throw new ArgumentException(string.Join(" ", problems), nameof(model));
    }

    private static IEnumerable<string> Problems(PermutationSpec spec, TensorManifest manifest, WeightMatchingOptions options)
    {
        if (options.MaxSweeps < 1) yield return $"MaxSweeps is {options.MaxSweeps}; it must be at least 1.";
        if (options.Parallelism < 1) yield return $"Parallelism is {options.Parallelism}; it must be at least 1.";
        if (options is { AssignmentTimeLimit: not null, Clock: null }) yield return "AssignmentTimeLimit needs a Clock.";
        if (!(options.Tolerance >= 0)) yield return $"Tolerance is {options.Tolerance}; it must be at least 0.";
        foreach (var name in options.Excluded.Concat(options.Weights.Keys).Where(name => !manifest.TryFind(name, out _)).Order(StringComparer.Ordinal))
            yield return $"Tensor {Printable.Of(name)}, which is excluded or weighted, is not in the model.";
        foreach (var (name, weight) in options.Weights.Where(w => !(w.Value >= 0 && double.IsFinite(w.Value))))
            yield return $"The weight of tensor {Printable.Of(name)} is {weight}; it must be finite and at least 0.";
        foreach (var problem in options.WarmStart?.Problems(spec.Sizes(manifest)) ?? []) yield return problem;
    }
}

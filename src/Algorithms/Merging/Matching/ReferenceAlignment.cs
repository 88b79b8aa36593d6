using Distributed.Algorithms.Merging.Permutations;
using Distributed.Algorithms.Tensors;

namespace Distributed.Algorithms.Merging.Matching;

/// <summary>
/// A client's step of re-basin aggregation: before its model is averaged with others, its units take the places of the global model's units
/// that they are most like. A client that stayed close to the global model moves nothing. Optimizer state and error feedback of the same names
/// must be relabelled alike (<see cref="PermutedModel.Apply"/>), or dropped; masks of secure aggregation come afterwards.
/// </summary>
public static class ReferenceAlignment
{
    /// <summary>Aligns a model in place; it needs room for its largest permuted tensor besides.</summary>
    /// <param name="spec">Which axis follows which permutation.</param>
    /// <param name="reference">The global model.</param>
    /// <param name="model">The client's model.</param>
    /// <param name="options">How to match; by default in the order of the specification, from the identity.</param>
    /// <param name="cancellation">Ends the search; the model is then as it was.</param>
    /// <exception cref="ArgumentException">
    /// They cannot be matched; <see cref="WeightMatching.Problems(PermutationSpec, StoredModel, StoredModel, WeightMatchingOptions?)"/> says why beforehand.
    /// </exception>
    public static WeightMatch Align(
        PermutationSpec spec, StoredModel reference, TensorSet model, WeightMatchingOptions? options = null, CancellationToken cancellation = default)
    {
        var match = WeightMatching.Run(
            spec, reference, StoredModel.Of(model), options ?? new WeightMatchingOptions { Order = VisitOrder.Specification }, cancellation);
        if (!match.Permutations.IsIdentity) PermutedModel.Apply(spec, match.Permutations, model);
        return match;
    }
}

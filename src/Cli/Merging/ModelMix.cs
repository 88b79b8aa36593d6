using System.Collections.Immutable;
using Distributed.Algorithms;
using Distributed.Algorithms.Merging;
using Distributed.Algorithms.Merging.Methods;
using Distributed.Algorithms.Tensors;

namespace Distributed.Cli.Merging;

/// <summary>Weighted means of models in memory.</summary>
internal static class ModelMix
{
    /// <summary>Σ share × model, in the types of the first; tensors that are not floating-point come from the first.</summary>
    /// <param name="models">The models, finite and of the same tensors.</param>
    /// <param name="shares">How much of each; they sum to 1.</param>
    /// <param name="cancellation">Stops the work.</param>
    public static TensorSet Of(IReadOnlyList<TensorSet> models, ReadOnlySpan<double> shares, CancellationToken cancellation)
    {
        var sources = new List<MergeSource>();
        for (var i = 0; i < models.Count; i++)
        {
            sources.Add(new MergeSource("model", models[i].Manifest, models[i]) { Weight = shares[i] });
        }

        var plan = Plan([.. sources]);
        var mixed = new TensorSet(plan.Manifest);
        ModelMerge.Run(plan, mixed, cancellation);
        return mixed;
    }

    /// <summary>What is in the way of a mean, and what is not averaged in it.</summary>
    /// <param name="models">The models, of the same tensors.</param>
    /// <param name="names">What messages call them.</param>
    public static MergePlan Check(IReadOnlyList<TensorSet> models, IReadOnlyList<string> names) =>
        Plan([.. models.Select((model, i) => new MergeSource(names[i], model.Manifest, model))]);

    private static MergePlan Plan(ImmutableArray<MergeSource> sources) =>
        ModelMerge.Plan(Registry.FindMerger("linear")!, new LinearParameters { Normalize = false }, new MergeInput { Models = sources });
}

using System.ComponentModel.DataAnnotations;
using Distributed.Algorithms.Tensors;

namespace Distributed.Algorithms.Merging.Methods;

/// <summary>
/// Parameters of TIES (Yadav et al. 2023) as mergekit has it, tensor by tensor: keep each model's largest changes, elect a sign for each
/// number, take the weighted mean of the changes that agree with it.
/// </summary>
public sealed record TiesParameters : MergerParameters
{
    /// <summary>The share of each model's changes of a tensor that is kept, the largest in magnitude; at least one number must be left.</summary>
    /// <value>1.</value>
    [Range(0.0, 1.0, MinimumIsExclusive = true)]
    public double Density { get; init; } = 1;

    /// <summary>λ: how far the changes are followed.</summary>
    /// <value>1.</value>
    [Range(-1e6, 1e6)]
    public double Lambda { get; init; } = 1;

    /// <summary>Whether the agreeing changes are divided by the sum of their weights, rather than just added.</summary>
    /// <value>True.</value>
    public bool Normalize { get; init; } = true;
}

internal sealed class Ties(TiesParameters parameters) : RestrictedMerger(new SparseMerge(
    new Trim(parameters.Density), new Combining(parameters.Lambda, parameters.Normalize, Elect: true)))
{
    public override IEnumerable<string> Problems(MergeInput input)
    {
        foreach (var entry in input.Models.IsEmpty ? [] : input.Models[0].Manifest.Entries)
        {
            if (entry.DType.IsFloating() && entry.ElementCount > 0 && Trim.Keep(parameters.Density, entry.ElementCount) == 0)
                yield return $"Tensor {Printable.Of(entry.Name)}: density {parameters.Density} leaves none of its {entry.ElementCount} numbers.";
        }
    }
}

/// <summary>Keeps the largest changes of each model and tensor.</summary>
internal sealed class Trim(double density) : ISparsifier
{
    public SweepCut Cut => SweepCut.Anywhere;

    public static long Keep(double density, long elements) => (long)(density * elements);

    public IChangeFilter Prepare(TensorSweep tensor, int model) =>
        new Largest(MagnitudeSelection.Largest([tensor], model, Keep(density, tensor.Length)), 0);
}

/// <summary>Keeps the changes that a cut includes.</summary>
/// <param name="cut">The cut.</param>
/// <param name="start">Its position of the tensor's first element.</param>
internal sealed class Largest(MagnitudeCut cut, long start) : IChangeFilter
{
    public void Apply(MergePiece piece, Span<double> changes) => cut.Keep(changes, start + piece.First);
}

using System.ComponentModel.DataAnnotations;
using System.Numerics.Tensors;

namespace Distributed.Algorithms.Merging.Methods;

/// <summary>What backward-compatible interpolation mixes.</summary>
public enum BcwiVariant
{
    /// <summary>The old model and the new one.</summary>
    Plain,
    /// <summary>The old model and the mean of several new ones.</summary>
    Soup,
    /// <summary>The old model and the new one, each number weighted by its importance in both.</summary>
    Fisher,
}

/// <summary>
/// Parameters of backward-compatible weight interpolation (Schumann et al. 2024): α × old + (1 - α) × new, so that a new model gets fewer
/// examples wrong that the old one had right. The first model is the old one. <see cref="FlipCurve"/> chooses α.
/// </summary>
public sealed record BcwiParameters : MergerParameters
{
    /// <summary>α: the old model's share.</summary>
    /// <value>0.5.</value>
    [Range(0.0, 1.0)]
    public double Alpha { get; init; } = 0.5;

    /// <summary>What is mixed.</summary>
    /// <value><see cref="BcwiVariant.Plain"/>.</value>
    public BcwiVariant Variant { get; init; } = BcwiVariant.Plain;
}

internal sealed class Bcwi(BcwiParameters parameters) : TensorMerger
{
    public override IEnumerable<string> Problems(MergeInput input)
    {
        if (parameters.Variant != BcwiVariant.Soup && input.Models.Length > 2)
            yield return $"bcwi mixes an old model and a new one, got {input.Models.Length}; several new ones are the variant 'soup'.";
        var given = input.Models.Count(m => m.Importance is not null);
        if (parameters.Variant == BcwiVariant.Fisher ? given < input.Models.Length : given > 0)
            yield return "bcwi's variant 'fisher' needs the importance of both models' numbers, other variants none.";
    }

    protected override void Merge(TensorSweep tensor) => tensor.Write(
        parameters.Variant == BcwiVariant.Fisher ? (piece, merged) => Weighted(tensor, piece, merged) : (piece, merged) => Plain(tensor.Models, piece, merged));

    private void Plain(int models, MergePiece piece, Span<double> merged)
    {
        merged.Clear();
        for (var k = 1; k < models; k++) TensorPrimitives.Add(merged, piece.Source(k), merged);
        Slerp.Mix(merged, (1 - parameters.Alpha) / (models - 1), piece.Source(0), parameters.Alpha, merged);
    }

    private void Weighted(TensorSweep tensor, MergePiece piece, Span<double> merged)
    {
        var old = piece.Source(0);
        var @new = piece.Source(1);
        var oldMatters = piece.Source(tensor.ImportanceIndex(0));
        var newMatters = piece.Source(tensor.ImportanceIndex(1));
        var alpha = parameters.Alpha;
        for (var i = 0; i < merged.Length; i++)
        {
            var (a, b) = (alpha * oldMatters[i], (1 - alpha) * newMatters[i]);
            // Where neither matters the plain mix is as good as any.
            if (a + b == 0) (a, b) = (alpha, 1 - alpha);
            // A mean square is never negative: a file that says so holds something else, and the merge ends as one that is not finite.
            merged[i] = a < 0 || b < 0 ? double.NaN : ((a * old[i]) + (b * @new[i])) / (a + b);
        }
    }
}

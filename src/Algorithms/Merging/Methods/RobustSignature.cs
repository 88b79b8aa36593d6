using System.ComponentModel.DataAnnotations;
using System.Numerics.Tensors;
using Distributed.Algorithms.Tensors;

namespace Distributed.Algorithms.Merging.Methods;

/// <summary>What a merge by robust signatures puts out.</summary>
public enum SignatureOutput
{
    /// <summary>The clean model with the signatures added.</summary>
    Patched,
    /// <summary>The signatures by themselves, to be added to other models: <c>linear</c> without normalisation, weights 1 and strength.</summary>
    Signature,
}

/// <summary>
/// Parameters of robust weight signatures (Cai et al. 2023). Base: the pretrained model p. First model: the one tuned on clean data, c. Further
/// ones: tuned on corrupted data, k, each with its weight. A signature is what training on the corruption did besides going along with the
/// clean training: d - (a·d / a·a) a with d = k - p, a = c - p, tensor by tensor. That of several corruptions is Σ weight / count × signature.
/// </summary>
public sealed record RobustSignatureParameters : MergerParameters
{
    /// <summary>What the signatures are multiplied with; below 0 takes them out of a model that has them.</summary>
    /// <value>1.</value>
    [Range(-1e6, 1e6)]
    public double Strength { get; init; } = 1;

    /// <summary>How many layers with weights, from the input on, have signatures; 0 for all. The authors keep the first 7 of VGG16.</summary>
    /// <value>0.</value>
    [Range(0, int.MaxValue)]
    public int KeepLayers { get; init; }

    /// <summary>What is put out.</summary>
    /// <value><see cref="SignatureOutput.Patched"/>.</value>
    public SignatureOutput Output { get; init; } = SignatureOutput.Patched;
}

internal sealed class RobustSignature(RobustSignatureParameters parameters) : TensorMerger
{
    protected override void Merge(TensorSweep tensor)
    {
        var corruptions = tensor.Models - 1;
        var kept = parameters.KeepLayers == 0 || tensor.Planned.Layer <= parameters.KeepLayers;
        var sums = kept ? RowSums.Total(tensor, 1 + corruptions, Figures) : new double[1 + corruptions];
        // A tensor that clean training left alone has no direction to take out.
        var along = Enumerable.Range(1, corruptions).Select(k => sums[0] > 0 ? sums[k] / sums[0] : 0).ToArray();
        tensor.Write((piece, merged) =>
        {
            merged.Clear();
            for (var k = 1; kept && k <= corruptions; k++)
            {
                var share = parameters.Strength * tensor.Weight(k) / corruptions;
                TensorPrimitives.FusedMultiplyAdd(piece.Change(k), share, merged, merged);
                TensorPrimitives.FusedMultiplyAdd(piece.Change(0), -share * along[k - 1], merged, merged);
            }
            if (parameters.Output == SignatureOutput.Patched) TensorPrimitives.Add(merged, piece.Source(0), merged);
        });

        void Figures(MergePiece piece, int first, int count, Span<double> sum)
        {
            var clean = piece.Change(0).Slice(first, count);
            sum[0] += Reductions.SquaredNorm(clean);
            for (var k = 1; k <= corruptions; k++) sum[k] += Reductions.Dot(piece.Change(k).Slice(first, count), clean);
        }
    }
}

using Distributed.Algorithms.Tensors;

namespace Distributed.Algorithms.Aggregation;

/// <summary>A piece of one tensor.</summary>
/// <param name="Entry">The tensor's position in the manifest.</param>
/// <param name="Tensor">The tensor.</param>
/// <param name="First">First element of the piece within the tensor.</param>
/// <param name="Flat">First element of the piece within the swept tensors laid one behind the other.</param>
/// <param name="Count">Number of elements.</param>
internal readonly record struct Columns(int Entry, TensorEntry Tensor, long First, long Flat, int Count)
{
    public long Offset => Tensor.Offset + (First * Tensor.DType.SizeInBytes());
}

/// <summary>
/// One pass over some tensors of all clients that adds up figures (dot products, norms) for each tensor. The cut into pieces is fixed and
/// sums are added in the order of the pieces, so the threads do not show in the result.
/// </summary>
internal static class ColumnSweep
{
    /// <summary>Adds the figures of a piece to <paramref name="sums"/>.</summary>
    public delegate void Visit(in Columns columns, SweepBuffers buffers, Span<double> sums);

    // Sums are kept for each stripe, so their number grows with the clients and hardly with the model.
    private const int StripeElements = 1 << 17;
    private const int PieceElements = SweepBuffers.Elements;

    /// <summary>The figures, <paramref name="width"/> of them for each tensor of the manifest; tensors left out have zeros.</summary>
    public static double[][] Sums(
        AggregationInput input, Func<TensorEntry, bool> included, int width, Visit visit, CancellationToken cancellation)
    {
        var stripes = Cut(input.Manifest, included);
        var sums = new double[stripes.Count * width];
        BlockWork.Run(stripes.Count, input.Limits, () => new SweepBuffers(), (i, buffers) =>
        {
            var stripe = stripes[i];
            for (long done = 0; done < stripe.Count; done += PieceElements)
            {
                var piece = stripe with
                {
                    First = stripe.First + done, Flat = stripe.Flat + done, Count = (int)Math.Min(PieceElements, stripe.Count - done),
                };
                visit(piece, buffers, sums.AsSpan(i * width, width));
            }
        }, cancellation);

        var byTensor = new double[input.Manifest.Count][];
        for (var i = 0; i < byTensor.Length; i++) byTensor[i] = new double[width];
        for (var i = 0; i < stripes.Count; i++)
            for (var j = 0; j < width; j++) byTensor[stripes[i].Entry][j] += sums[(i * width) + j];
        return byTensor;
    }

    /// <summary>The figures of all tensors together.</summary>
    public static double[] Total(
        AggregationInput input, Func<TensorEntry, bool> included, int width, Visit visit, CancellationToken cancellation)
    {
        var total = new double[width];
        foreach (var tensor in Sums(input, included, width, visit, cancellation))
            for (var j = 0; j < width; j++) total[j] += tensor[j];
        return total;
    }

    /// <summary>The tensors in stripes, in order.</summary>
    public static List<Columns> Cut(TensorManifest manifest, Func<TensorEntry, bool> included)
    {
        var stripes = new List<Columns>();
        long flat = 0;
        for (var i = 0; i < manifest.Count; i++)
        {
            if (!included(manifest[i])) continue;
            for (long first = 0; first < manifest[i].ElementCount; first += StripeElements)
                stripes.Add(new Columns(
                    i, manifest[i], first, flat + first, (int)Math.Min(StripeElements, manifest[i].ElementCount - first)));
            flat += manifest[i].ElementCount;
        }
        return stripes;
    }
}

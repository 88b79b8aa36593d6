using Distributed.Algorithms.Tensors;

namespace Distributed.Algorithms.Aggregation;

/// <summary>⟨w - x, g⟩ for each of the models, of one piece of one tensor.</summary>
internal static class ModelDots
{
    /// <summary>Adds the products. How the models are grouped depends on their number alone, and so do the bits.</summary>
    /// <param name="models">The clients.</param>
    /// <param name="columns">The piece.</param>
    /// <param name="x">The same piece of the global model.</param>
    /// <param name="g">The other factor, as long.</param>
    /// <param name="buffers">For the stored pieces, and for one made wide in <paramref name="slot"/>.</param>
    /// <param name="slot">A vector of the buffers that is free.</param>
    /// <param name="sums">One for each model.</param>
    public static void Add(
        IReadOnlyList<ClientUpdate> models, in Columns columns, ReadOnlySpan<double> x, ReadOnlySpan<double> g,
            SweepBuffers buffers, int slot, Span<double> sums)
    {
        var k = 0;
        if (columns.Tensor.DType == TensorDType.F32)
        {
            for (; k <= models.Count - FourSingles.Count; k += FourSingles.Count)
            {
                var four = FourSingles.Read(
                    models[k].Model, models[k + 1].Model, models[k + 2].Model, models[k + 3].Model,
                    columns.Offset, columns.Count * sizeof(float), buffers.Bytes);
                Reductions.AddDotsOfDifference(four, x, g, sums.Slice(k, FourSingles.Count));
            }
        }
        for (; k < models.Count; k++) sums[k] += buffers.Numbers(models[k].Model, columns, slot).DotOfDifference(x, g);
    }
}

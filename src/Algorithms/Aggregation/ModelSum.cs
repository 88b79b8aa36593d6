using Distributed.Algorithms.Tensors;

namespace Distributed.Algorithms.Aggregation;

/// <summary>Σ factor × w over models, in double precision, of one piece of one tensor.</summary>
internal static class ModelSum
{
    /// <summary>Adds the models in order, so that the sums' bits are those of one after the other.</summary>
    /// <param name="models">The clients.</param>
    /// <param name="factors">A factor for each.</param>
    /// <param name="type">The tensor's element type.</param>
    /// <param name="offset">First byte of the piece.</param>
    /// <param name="sums">Takes the sums, one for each element; what it held is forgotten.</param>
    /// <param name="room">Room for the same piece of <see cref="FourSingles.Count"/> models.</param>
    public static void Of(
        IReadOnlyList<ClientUpdate> models, ReadOnlySpan<double> factors, TensorDType type, long offset, Span<double> sums, Span<byte> room)
    {
        sums.Clear();
        var bytes = sums.Length * type.SizeInBytes();
        var k = 0;
        if (type == TensorDType.F32)
        {
            for (; k <= models.Count - FourSingles.Count; k += FourSingles.Count)
            {
                var four = FourSingles.Read(
                    models[k].Model, models[k + 1].Model, models[k + 2].Model, models[k + 3].Model, offset, bytes, room);
                Elements.AddScaled(four, factors.Slice(k, FourSingles.Count), sums);
            }
        }
        for (; k < models.Count; k++) Elements.AddScaled(type, models[k].Model.Read(offset, room[..bytes]), factors[k], sums);
    }
}

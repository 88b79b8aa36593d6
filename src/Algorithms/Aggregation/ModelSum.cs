using System.Runtime.InteropServices;
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
    /// <param name="room">Room for the same piece of <see cref="Elements.Together"/> models.</param>
    public static void Of(
        IReadOnlyList<ClientUpdate> models, ReadOnlySpan<double> factors, TensorDType type, long offset, Span<double> sums, Span<byte> room)
    {
        sums.Clear();
        var bytes = sums.Length * type.SizeInBytes();
        var k = 0;
        if (type == TensorDType.F32)
        {
            for (; k <= models.Count - Elements.Together; k += Elements.Together)
            {
                Elements.AddScaled(
                    Single(models[k], offset, room[..bytes]),
                    Single(models[k + 1], offset, room.Slice(bytes, bytes)),
                    Single(models[k + 2], offset, room.Slice(2 * bytes, bytes)),
                    Single(models[k + 3], offset, room.Slice(3 * bytes, bytes)),
                    factors.Slice(k, Elements.Together), sums);
            }
        }
        for (; k < models.Count; k++) Elements.AddScaled(type, models[k].Model.Read(offset, room[..bytes]), factors[k], sums);
    }

    private static ReadOnlySpan<float> Single(ClientUpdate update, long offset, Span<byte> room) =>
        MemoryMarshal.Cast<byte, float>(update.Model.Read(offset, room));
}

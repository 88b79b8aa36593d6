using System.Numerics.Tensors;

namespace Distributed.Bench.Aggregate;

/// <summary>What the machine's memory can do, with as many threads as the aggregation has.</summary>
internal static class MemoryTraffic
{
    // Small enough for the copy's two pieces to stay in the second-level cache between being read and written.
    private const int Piece = 1 << 15;

    /// <summary>sum += model, for each model: reads two numbers and writes one.</summary>
    public static void CopyAdd(float[] sum, IReadOnlyList<float[]> models, int threads)
    {
        foreach (var model in models)
            Pieces(sum.Length, threads, (at, count) => TensorPrimitives.Add<float>(sum.AsSpan(at, count), model.AsSpan(at, count), sum.AsSpan(at, count)));
    }

    /// <summary>Reads every number of every model.</summary>
    public static double Read(IReadOnlyList<float[]> models, int threads)
    {
        var sum = 0.0;
        foreach (var model in models)
        {
            Pieces(model.Length, threads, (at, count) =>
            {
                var part = TensorPrimitives.Sum<float>(model.AsSpan(at, count));
                if (float.IsNaN(part)) sum = part;
            });
        }
        return sum;
    }

    private static void Pieces(int length, int threads, Action<int, int> work) =>
        Parallel.For(0, (length + Piece - 1) / Piece, new ParallelOptions { MaxDegreeOfParallelism = threads },
            i => work(i * Piece, Math.Min(Piece, length - (i * Piece))));
}

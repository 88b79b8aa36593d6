using System.Buffers;
using System.Numerics.Tensors;
using Distributed.Algorithms.Tensors;

namespace Distributed.Algorithms.Aggregation;

/// <summary>
/// Makes a new model tensor by tensor, cut into blocks that threads take independently. Within a block the clients are added in ascending
/// order into double-precision accumulators, so no bit depends on the cut or on the number of threads.
/// </summary>
internal static class BlockFold
{
    private readonly record struct Block(int Entry, long First, int Count);

    public static AggregateReport Run(
        AggregationInput input, Cohort cohort, LayerRule[] rules, ITensorWriter output, CancellationToken cancellation)
    {
        var manifest = input.Manifest;
        var blocks = Cut(manifest, input.Limits.BlockElements);
        var firstBad = manifest.Count;
        BlockWork.Run(blocks.Count, input.Limits, () => new Buffers(input.Limits.BlockElements), (i, buffers) =>
        {
            var block = blocks[i];
            if (!Make(input, cohort, rules[block.Entry], block, output, buffers)) LowerTo(ref firstBad, block.Entry);
        }, cancellation);

        return firstBad == manifest.Count
            ? new AggregateReport { Outcome = AggregateOutcome.Updated, Coefficients = Table(manifest, cohort, rules) }
            : AggregateReport.Unchanged(AggregateOutcome.NonFinite,
                $"The new model would not be finite in tensor '{manifest[firstBad].Name}'.", input);
    }

    private static List<Block> Cut(TensorManifest manifest, int most)
    {
        var blocks = new List<Block>();
        for (var entry = 0; entry < manifest.Count; entry++)
            for (long first = 0; first < manifest[entry].UnitCount; first += most)
                blocks.Add(new Block(entry, first, (int)Math.Min(most, manifest[entry].UnitCount - first)));
        return blocks;
    }

    /// <summary>Writes one block; false when it holds numbers that are not finite.</summary>
    private static bool Make(AggregationInput input, Cohort cohort, LayerRule rule, Block block, ITensorWriter output, Buffers buffers)
    {
        var entry = input.Manifest[block.Entry];
        var size = entry.UnitBytes;
        var offset = entry.Offset + (block.First * size);
        var read = buffers.Read.AsSpan(0, block.Count * size);
        var made = rule switch
        {
            LayerRule.Combine combine => Combine(combine, cohort, entry.DType, offset, read, buffers),
            LayerRule.Maximum => Maximum(cohort, entry.DType, offset, read, buffers),
            _ => cohort.Updates[0].Model.Read(offset, read),
        };
        output.Write(offset, made);
        return FiniteScanner.CountIn(entry.DType, made) == 0;
    }

    private static ReadOnlySpan<byte> Combine(
        LayerRule.Combine rule, Cohort cohort, TensorDType type, long offset, Span<byte> read, Buffers buffers)
    {
        var sums = buffers.Sums.AsSpan(0, read.Length / type.SizeInBytes());
        ModelSum.Of(cohort.Updates, rule.Of.Factors, type, offset, sums, buffers.Read);
        if (rule.NeverNegative) TensorPrimitives.Max(sums, 0.0, sums);
        var write = buffers.Write.AsSpan(0, read.Length);
        Elements.Narrow(type, sums, rule.Of.Scale / rule.Of.Divisor, write);
        return write;
    }

    private static ReadOnlySpan<byte> Maximum(Cohort cohort, TensorDType type, long offset, Span<byte> read, Buffers buffers)
    {
        var write = buffers.Write.AsSpan(0, read.Length);
        cohort.Updates[0].Model.Read(offset, read).CopyTo(write);
        foreach (var update in cohort.Updates.Skip(1)) Elements.Maximum(type, update.Model.Read(offset, read), write);
        return write;
    }

    private static CoefficientTable Table(TensorManifest manifest, Cohort cohort, LayerRule[] rules)
    {
        var layers = Enumerable.Range(0, manifest.Count).Where(i => manifest[i].DType.IsFloating()).ToArray();
        var values = new double[cohort.Updates.Count * layers.Length];
        for (var k = 0; k < cohort.Updates.Count; k++)
            for (var l = 0; l < layers.Length; l++)
                values[(k * layers.Length) + l] = rules[layers[l]] is LayerRule.Combine c ? c.Of.Coefficient(k) : 0;
        return new CoefficientTable([.. cohort.Updates.Select(u => u.Client)], [.. layers.Select(l => manifest[l].Name)], values);
    }

    private static void LowerTo(ref int target, int value)
    {
        for (var seen = Volatile.Read(ref target); value < seen;)
        {
            var was = Interlocked.CompareExchange(ref target, value, seen);
            if (was == seen) return;
            seen = was;
        }
    }

    /// <summary>What one thread needs for a block of any element type.</summary>
    private sealed class Buffers(int elements) : IDisposable
    {
        public double[] Sums { get; } = ArrayPool<double>.Shared.Rent(elements);

        public byte[] Read { get; } = ArrayPool<byte>.Shared.Rent(elements * FourSingles.Count * sizeof(float));

        public byte[] Write { get; } = ArrayPool<byte>.Shared.Rent(elements * sizeof(double));

        public void Dispose()
        {
            ArrayPool<double>.Shared.Return(Sums);
            ArrayPool<byte>.Shared.Return(Read);
            ArrayPool<byte>.Shared.Return(Write);
        }
    }
}

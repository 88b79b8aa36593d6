using System.Buffers;
using Distributed.Algorithms.Tensors;

namespace Distributed.Algorithms.Merging;

/// <summary>The mean of some of a plan's models, made as it is read, so that a candidate costs no file and no memory.</summary>
/// <param name="plan">The models.</param>
/// <param name="members">Which of them.</param>
internal sealed class SoupReader(MergePlan plan, IReadOnlyList<int> members) : ITensorReader
{
    private const int ChunkElements = 1 << 13;

    public ReadOnlySpan<byte> Read(long offset, Span<byte> buffer)
    {
        var room = ArrayPool<byte>.Shared.Rent(2 * ChunkElements * sizeof(double));
        var sums = ArrayPool<double>.Shared.Rent(ChunkElements);
        try
        {
            for (var done = 0; done < buffer.Length;)
                done += Some(plan.Tensors[Holding(offset + done)], offset + done, buffer[done..], sums, room);
            return buffer;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(room);
            ArrayPool<double>.Shared.Return(sums);
        }
    }

    /// <summary>Gives bytes of one tensor, from a position in the model's data on; tells how many.</summary>
    private int Some(PlannedTensor tensor, long position, Span<byte> buffer, double[] sums, byte[] room)
    {
        var size = tensor.Output.UnitBytes;
        // The first element may begin before the bytes that are asked for.
        var (first, before) = Math.DivRem(position - tensor.Output.Offset, size);
        var end = first < tensor.Merged ? tensor.Merged : tensor.Output.UnitCount;
        var count = (int)Math.Min(Math.Min(ChunkElements, end - first), (buffer.Length + before + size - 1) / size);
        var made = room.AsSpan(0, count * size);
        if (first < tensor.Merged)
        {
            var sum = sums.AsSpan(0, count);
            sum.Clear();
            foreach (var k in members) Add(tensor.Sources[k], first, sum, room.AsSpan(ChunkElements * sizeof(double)));
            Elements.Narrow(tensor.Output.DType, sum, 1.0 / members.Count, made);
        }
        else
        {
            var (model, entry) = tensor.Rest;
            if (entry.DType == tensor.Output.DType)
            {
                model.Data.Read(entry.Offset + (first * size), made).CopyTo(made);
            }
            else
            {
                var rest = sums.AsSpan(0, count);
                rest.Clear();
                Add(tensor.Rest, first, rest, room.AsSpan(ChunkElements * sizeof(double)));
                Elements.Narrow(tensor.Output.DType, rest, 1, made);
            }
        }
        var given = made[(int)before..];
        given = given[..Math.Min(given.Length, buffer.Length)];
        given.CopyTo(buffer);
        return given.Length;
    }

    private static void Add(SourceTensor source, long first, Span<double> sum, Span<byte> room)
    {
        var size = source.Entry.DType.SizeInBytes();
        var bytes = source.Model.Data.Read(source.Entry.Offset + (first * size), room[..(sum.Length * size)]);
        Elements.AddScaled(source.Entry.DType, bytes, 1, sum);
    }

    /// <summary>The tensor that a position in the model's data lies in.</summary>
    private int Holding(long position)
    {
        var (low, high) = (0, plan.Tensors.Length - 1);
        while (low < high)
        {
            var middle = (low + high + 1) / 2;
            if (plan.Tensors[middle].Output.Offset <= position) low = middle;
            else high = middle - 1;
        }
        return low;
    }
}

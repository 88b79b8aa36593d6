using System.Collections.Concurrent;
using System.Runtime.InteropServices;

namespace Distributed.Algorithms.Merging;

/// <summary>
/// Finds the largest magnitudes of a model's changes, in one tensor or in several laid one behind the other, without holding them. A sample
/// says about where the threshold lies, and one pass gathers what is there. Where the sample misled, histograms over 16 bits at a time narrow
/// the range until it fits into memory. Either way the threshold is exact. Non-negative doubles order like their bits.
/// </summary>
internal sealed class MagnitudeSelection
{
    private const int DigitBits = 16;
    private const int FirstShift = 47;
    private const int FewElements = 1 << 15;
    private const int MostGathered = 1 << 21;
    private const int ManyElements = 1 << 22;
    private const int SampledElements = 1 << 21;

    private readonly IReadOnlyList<TensorSweep> _tensors;
    private readonly long[] _starts;
    private readonly int _model;

    private MagnitudeSelection(IReadOnlyList<TensorSweep> tensors, int model)
    {
        _tensors = tensors;
        _model = model;
        _starts = new long[tensors.Count];
        for (var i = 1; i < tensors.Count; i++) _starts[i] = _starts[i - 1] + tensors[i - 1].Length;
    }

    /// <summary>The <paramref name="keep"/> largest magnitudes; of equal ones those at lower positions.</summary>
    /// <param name="tensors">Where to look; positions count through all of them.</param>
    /// <param name="model">Whose changes.</param>
    /// <param name="keep">How many; from 0 to all.</param>
    public static MagnitudeCut Largest(IReadOnlyList<TensorSweep> tensors, int model, long keep)
    {
        var elements = tensors.Sum(t => t.Length);
        return keep <= 0 ? MagnitudeCut.Nothing
            : keep >= elements ? MagnitudeCut.Everything
            : new MagnitudeSelection(tensors, model).Find(elements, keep);
    }

    private MagnitudeCut Find(long candidates, long keep)
    {
        if (candidates >= ManyElements && FindBySample(candidates, keep) is { } found) return found;
        return FindByDigits(candidates, keep);
    }

    private MagnitudeCut FindByDigits(long candidates, long keep)
    {
        // What is known of the threshold: its bits above the shift.
        ulong prefix = 0;
        var known = DigitBits + FirstShift;
        while (candidates > (known > FirstShift ? FewElements : MostGathered) && known > 0)
        {
            var shift = known > FirstShift ? FirstShift : Math.Max(0, known - DigitBits);
            var counts = Histogram(prefix, known, shift);
            var digit = counts.Length - 1;
            while (counts[digit] < keep) keep -= counts[digit--];
            candidates = counts[digit];
            prefix = (prefix << (known - shift)) | (uint)digit;
            known = shift;
        }
        if (known == 0) return Cut(prefix, keep, candidates);

        var shiftOfKnown = known;
        return Among(Gather(bits => bits >> shiftOfKnown == prefix, int.MaxValue).Found, keep);
    }

    /// <summary>Null when the threshold is not where a sample says, or too many magnitudes are.</summary>
    private MagnitudeCut? FindBySample(long elements, long keep)
    {
        // Pieces drawn at random, since rows of a table often differ along it.
        var random = new CounterRandom(0, _model, "sample");
        var sample = new List<ulong>();
        Visit((piece, start) =>
        {
            if (random.At(start) >= (double)SampledElements / elements) return;
            var mine = Magnitudes(piece);
            lock (sample) sample.AddRange(mine);
        });
        if (sample.Count == 0) return null;

        // As much on both sides as the memory allows.
        var slack = Math.Min(0.05, MostGathered / 4.0 / elements) * sample.Count;
        var place = (double)keep / elements * sample.Count;
        var drawn = CollectionsMarshal.AsSpan(sample);
        var high = place - slack < 0 ? ulong.MaxValue : Descending(drawn, (int)(place - slack));
        var low = place + slack >= sample.Count ? 0 : Descending(drawn, (int)(place + slack));
        var (found, above) = Gather(bits => bits >= low && bits <= high, MostGathered, high);
        return found.Count <= MostGathered && above < keep && above + found.Count >= keep ? Among(found, keep - above) : null;
    }

    /// <summary>The cut after some of the gathered magnitudes, which are all there are between the least and the largest of them.</summary>
    private MagnitudeCut Among(List<ulong> gathered, long keep)
    {
        var found = CollectionsMarshal.AsSpan(gathered);
        var threshold = Descending(found, (int)keep - 1);
        var (above, equal) = (0, 0);
        foreach (var bits in found)
        {
            above += bits > threshold ? 1 : 0;
            equal += bits == threshold ? 1 : 0;
        }
        return Cut(threshold, keep - above, equal);
    }

    /// <summary>The number that would stand at a place if they were in descending order (Hoare's selection); their order changes.</summary>
    private static ulong Descending(Span<ulong> values, int place)
    {
        var (low, high) = (0, values.Length - 1);
        while (low < high)
        {
            var pivot = Median(values[low], values[low + ((high - low) / 2)], values[high]);
            var (i, j) = (low, high);
            while (i <= j)
            {
                while (values[i] > pivot) i++;
                while (values[j] < pivot) j--;
                if (i > j) break;
                (values[i], values[j]) = (values[j], values[i]);
                i++;
                j--;
            }
            if (place <= j) high = j;
            else if (place >= i) low = i;
            else return pivot;
        }
        return values[low];
    }

    private static ulong Median(ulong a, ulong b, ulong c) => Math.Max(Math.Min(a, b), Math.Min(Math.Max(a, b), c));

    private MagnitudeCut Cut(ulong threshold, long keep, long equal) =>
        new(BitConverter.UInt64BitsToDouble(threshold), keep == equal ? long.MaxValue : PositionOf(threshold, keep));

    private long[] Histogram(ulong prefix, int known, int shift)
    {
        var mask = (1UL << (known - shift)) - 1;
        var pool = new ConcurrentBag<long[]>();
        Visit((piece, _) =>
        {
            if (!pool.TryTake(out var counts)) counts = new long[mask + 1];
            foreach (var bits in Bits(piece))
            {
                var magnitude = bits & long.MaxValue;
                if (magnitude >> known == prefix) counts[(magnitude >> shift) & mask]++;
            }
            pool.Add(counts);
        });
        var total = new long[mask + 1];
        foreach (var counts in pool)
            for (var i = 0; i < total.Length; i++) total[i] += counts[i];
        return total;
    }

    /// <summary>The magnitudes that belong, more than <paramref name="most"/> of them only in part, and how many are above a limit.</summary>
    private (List<ulong> Found, long Above) Gather(Func<ulong, bool> belongs, int most, ulong limit = ulong.MaxValue)
    {
        var found = new List<ulong>();
        long above = 0;
        Visit((piece, _) =>
        {
            var (mine, higher) = (new List<ulong>(), 0L);
            foreach (var bits in Bits(piece))
            {
                var magnitude = bits & long.MaxValue;
                if (belongs(magnitude)) mine.Add(magnitude);
                else if (magnitude > limit) higher++;
            }
            Interlocked.Add(ref above, higher);
            lock (found)
                if (found.Count <= most) found.AddRange(mine);
        });
        return (found, above);
    }

    /// <summary>The position of the magnitude's n-th occurrence, from 1.</summary>
    private long PositionOf(ulong magnitude, long n)
    {
        var counts = new ConcurrentBag<(long Start, long Count)>();
        Visit((piece, start) =>
        {
            long count = 0;
            foreach (var bits in Bits(piece)) count += (bits & long.MaxValue) == magnitude ? 1 : 0;
            if (count > 0) counts.Add((start, count));
        });
        var inPiece = -1L;
        foreach (var (start, count) in counts.OrderBy(c => c.Start))
        {
            inPiece = start;
            if (n <= count) break;
            n -= count;
        }
        var position = -1L;
        Visit((piece, start) =>
        {
            if (start != inPiece) return;
            var left = n;
            var bits = Bits(piece);
            for (var i = 0; i < bits.Length; i++)
            {
                if ((bits[i] & long.MaxValue) == magnitude && --left == 0)
                {
                    Volatile.Write(ref position, start + i);
                    return;
                }
            }
        });
        return position;
    }

    /// <summary>Every piece, with the position of its first element.</summary>
    private void Visit(Action<MergePiece, long> work)
    {
        for (var i = 0; i < _tensors.Count; i++)
        {
            var start = _starts[i];
            _tensors[i].Read(piece => work(piece, start + piece.First));
        }
    }

    private ulong[] Magnitudes(MergePiece piece)
    {
        var magnitudes = Bits(piece).ToArray();
        foreach (ref var bits in magnitudes.AsSpan()) bits &= long.MaxValue;
        return magnitudes;
    }

    private ReadOnlySpan<ulong> Bits(MergePiece piece) => MemoryMarshal.Cast<double, ulong>(piece.Change(_model));
}

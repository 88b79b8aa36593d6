using System.Numerics;
using System.Numerics.Tensors;

namespace Distributed.Algorithms.Merging;

/// <summary>How TIES combines changes: the models elect a sign for each number, and only those that agree with it count.</summary>
internal static class SignElection
{
    private const double NoDivisor = 1e-8;

    /// <summary>
    /// Σ of the agreeing weighted changes, divided by Σ of their weights where asked. A sum of 0 elects plus; a change of 0 never agrees; a
    /// divisor below 1e-8 counts as 1.
    /// </summary>
    /// <param name="piece">Its rooms from <paramref name="firstRoom"/> on hold the weighted changes of each model.</param>
    /// <param name="firstRoom">The first model's room; the one before it is used to count.</param>
    /// <param name="weights">The models' weights.</param>
    /// <param name="normalize">Whether to divide.</param>
    /// <param name="combined">Takes the result.</param>
    public static void Combine(MergePiece piece, int firstRoom, ReadOnlySpan<double> weights, bool normalize, Span<double> combined)
    {
        var signs = piece.Room(firstRoom - 1);
        signs.Clear();
        for (var k = 0; k < weights.Length; k++) TensorPrimitives.Add(signs, piece.Room(firstRoom + k), signs);
        Combine(piece, firstRoom, weights, normalize, signs, combined);
    }

    /// <summary>The same with signs elected before: those of <paramref name="signs"/>, 0 counting as plus.</summary>
    public static void Combine(
        MergePiece piece, int firstRoom, ReadOnlySpan<double> weights, bool normalize, ReadOnlySpan<double> signs, Span<double> combined)
    {
        combined.Clear();
        var divisors = piece.Room(firstRoom + weights.Length);
        divisors.Clear();
        for (var k = 0; k < weights.Length; k++) Agree(signs, piece.Room(firstRoom + k), weights[k], combined, divisors);
        if (normalize) Divide(combined, divisors);
    }

    private static void Agree(
        ReadOnlySpan<double> signs, ReadOnlySpan<double> changes, double weight, Span<double> combined, Span<double> divisors)
    {
        var (zero, step) = (Vector<double>.Zero, new Vector<double>(weight));
        var i = 0;
        for (; i <= combined.Length - Vector<double>.Count; i += Vector<double>.Count)
        {
            var (sign, change) = (new Vector<double>(signs[i..]), new Vector<double>(changes[i..]));
            var agrees = Vector.ConditionalSelect(
                Vector.GreaterThanOrEqual(sign, zero), Vector.GreaterThan(change, zero), Vector.LessThan(change, zero));
            (new Vector<double>(combined[i..]) + Vector.ConditionalSelect(agrees, change, zero)).CopyTo(combined[i..]);
            (new Vector<double>(divisors[i..]) + Vector.ConditionalSelect(agrees, step, zero)).CopyTo(divisors[i..]);
        }
        for (; i < combined.Length; i++)
        {
            if (!(signs[i] >= 0 ? changes[i] > 0 : changes[i] < 0)) continue;
            combined[i] += changes[i];
            divisors[i] += weight;
        }
    }

    private static void Divide(Span<double> combined, ReadOnlySpan<double> divisors)
    {
        var (least, one) = (new Vector<double>(NoDivisor), Vector<double>.One);
        var i = 0;
        for (; i <= combined.Length - Vector<double>.Count; i += Vector<double>.Count)
        {
            var divisor = new Vector<double>(divisors[i..]);
            divisor = Vector.ConditionalSelect(Vector.GreaterThanOrEqual(Vector.Abs(divisor), least), divisor, one);
            (new Vector<double>(combined[i..]) / divisor).CopyTo(combined[i..]);
        }
        for (; i < combined.Length; i++)
            if (Math.Abs(divisors[i]) >= NoDivisor) combined[i] /= divisors[i];
    }

    /// <summary>The divisor of a plain weighted sum: the sum of the weights, 1 where that is next to nothing.</summary>
    public static double Divisor(ReadOnlySpan<double> weights)
    {
        var sum = 0.0;
        foreach (var weight in weights) sum += weight;
        return Math.Abs(sum) < NoDivisor ? 1 : sum;
    }
}

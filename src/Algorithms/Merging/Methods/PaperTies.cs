using System.ComponentModel.DataAnnotations;
using System.Numerics.Tensors;
using Distributed.Algorithms.Tensors;

namespace Distributed.Algorithms.Merging.Methods;

/// <summary>
/// Parameters of TIES as its paper has it: each model is trimmed as one long vector, all weigh the same, a number on whose sign nobody has a
/// majority takes the sign that was elected most often in the whole model, and the changes that agree are averaged.
/// </summary>
public sealed record PaperTiesParameters : MergerParameters
{
    /// <summary>The share of each model's changes that is kept, the largest in magnitude of the whole model.</summary>
    /// <value>0.2.</value>
    [Range(0.0, 1.0, MinimumIsExclusive = true)]
    public double Keep { get; init; } = 0.2;

    /// <summary>λ: how far the changes are followed.</summary>
    /// <value>1.</value>
    [Range(-1e6, 1e6)]
    public double Lambda { get; init; } = 1;
}

internal sealed class PaperTies(PaperTiesParameters parameters) : IMerger
{
    // Room 0 holds the result, room 1 the elected signs.
    private const int Signs = 1;
    private const int FirstRoom = 2;

    public IEnumerable<string> Problems(MergeInput input) => [];

    public MergeReport Merge(MergePlan plan, ITensorWriter output, CancellationToken cancellation = default)
    {
        var run = new MergeRun(plan, output, cancellation);
        var tensors = run.Survey();
        var filters = new Largest[plan.Tensors.Length][];
        long start = 0;
        var keep = (long)(parameters.Keep * tensors.Sum(t => t.Length));
        var cuts = plan.Input.Models.Select((_, k) => MagnitudeSelection.Largest(tensors, k, keep)).ToArray();
        foreach (var tensor in tensors)
        {
            var at = start;
            filters[tensor.Index] = [.. cuts.Select(cut => new Largest(cut, at))];
            start += tensor.Length;
        }
        var majority = Majority(tensors, filters);
        return run.Each(tensor => Merge(tensor, filters[tensor.Index], majority));
    }

    private void Merge(TensorSweep tensor, Largest[] filters, double majority)
    {
        var weights = new double[tensor.Models];
        Array.Fill(weights, 1);
        tensor.Write((piece, merged) =>
        {
            var signs = Elect(piece, filters);
            foreach (ref var sign in signs)
                if (sign == 0) sign = majority;
            SignElection.Combine(piece, FirstRoom, weights, normalize: true, signs, merged);
            TensorPrimitives.FusedMultiplyAdd(merged, parameters.Lambda, piece.Base, merged);
        });
    }

    /// <summary>The sum of what is left of the models' changes, whose signs are the elected ones; the rooms take the changes.</summary>
    private static Span<double> Elect(MergePiece piece, Largest[] filters)
    {
        var sum = piece.Room(Signs);
        sum.Clear();
        for (var k = 0; k < filters.Length; k++)
        {
            var change = piece.Room(FirstRoom + k);
            piece.Change(k).CopyTo(change);
            filters[k].Apply(piece, change);
            TensorPrimitives.Add(sum, change, sum);
        }
        return sum;
    }

    /// <summary>The sign elected most often in the whole model; plus where plus and minus are even.</summary>
    private static double Majority(IReadOnlyList<TensorSweep> tensors, Largest[][] filters)
    {
        long sum = 0;
        foreach (var tensor in tensors)
        {
            tensor.Read(piece =>
            {
                long mine = 0;
                foreach (var elected in Elect(piece, filters[tensor.Index])) mine += Math.Sign(elected);
                Interlocked.Add(ref sum, mine);
            });
        }
        return sum < 0 ? -1 : 1;
    }
}

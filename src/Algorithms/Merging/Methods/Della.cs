using System.ComponentModel.DataAnnotations;
using Distributed.Algorithms.Tensors;

namespace Distributed.Algorithms.Merging.Methods;

/// <summary>
/// Parameters of DELLA (Deep et al. 2024): drop changes at random, the smaller of a row the more likely, then elect signs as TIES does. The
/// probability of being kept rises with the rank of the magnitude from density - epsilon to density + epsilon.
/// </summary>
public sealed record DellaParameters : MergerParameters
{
    /// <summary>The mean probability with which a change is kept.</summary>
    /// <value>0.5.</value>
    [Range(0.0, 1.0, MinimumIsExclusive = true, MaximumIsExclusive = true)]
    public double Density { get; init; } = 0.5;

    /// <summary>How much the probability of the largest is above it, and that of the smallest below; both must stay between 0 and 1.</summary>
    /// <value>0.15.</value>
    [Range(0.0, 0.5, MaximumIsExclusive = true)]
    public double Epsilon { get; init; } = 0.15;

    /// <summary>How the kept changes make good for the dropped ones.</summary>
    /// <value><see cref="MergeRescale.L1"/>.</value>
    public MergeRescale Rescale { get; init; } = MergeRescale.L1;

    /// <summary>λ: how far the changes are followed.</summary>
    /// <value>1.</value>
    [Range(-1e6, 1e6)]
    public double Lambda { get; init; } = 1;

    /// <summary>Whether the agreeing changes are divided by the sum of their weights.</summary>
    /// <value>True.</value>
    public bool Normalize { get; init; } = true;

    /// <summary>Whether signs are elected; without, all changes are added (mergekit's della_linear).</summary>
    /// <value>True.</value>
    public bool Elect { get; init; } = true;

    /// <summary>Of the random choice.</summary>
    /// <value>0.</value>
    public long Seed { get; init; }
}

internal sealed class Della(DellaParameters parameters) : RestrictedMerger(new SparseMerge(
    new RankedDrop(parameters.Density, parameters.Epsilon, parameters.Seed),
    new Combining(parameters.Lambda, parameters.Normalize, parameters.Elect), parameters.Rescale, parameters.Density))
{
    // A row is sorted in memory, by each thread: its magnitudes and their order.
    private const long LongestRow = 1 << 28;

    private static long RowOf(TensorEntry entry) => entry.Shape.Length < 2 ? entry.ElementCount : entry.ElementCount / Math.Max(1, entry.Shape[0]);

    public override IEnumerable<string> Problems(MergeInput input)
    {
        if (parameters.Density - parameters.Epsilon <= 0 || parameters.Density + parameters.Epsilon >= 1)
            yield return $"density ± epsilon must stay between 0 and 1, got {parameters.Density} ± {parameters.Epsilon}.";
        foreach (var entry in input.Models.SelectMany(m => m.Manifest).Where(e => e.DType.IsFloating() && RowOf(e) > LongestRow).DistinctBy(e => e.Name))
            yield return $"Tensor {Printable.Of(entry.Name)}: a row of {RowOf(entry)} numbers is too long to be sorted.";
    }
}

/// <summary>Keeps each change with a probability that rises with its rank in its row.</summary>
internal sealed class RankedDrop(double density, double epsilon, long seed) : ISparsifier
{
    public SweepCut Cut => SweepCut.WholeRows;

    public IChangeFilter Prepare(TensorSweep tensor, int model) =>
        new Filter(density, epsilon, tensor.RowLength, new CounterRandom(seed, model, tensor.Entry.Name));

    private sealed class Filter(double density, double epsilon, long rowLength, CounterRandom random) : IChangeFilter
    {
        public void Apply(MergePiece piece, Span<double> changes)
        {
            var length = (int)Math.Min(rowLength, changes.Length);
            var (magnitudes, order) = (new double[length], new int[length]);
            for (var first = 0; first < changes.Length; first += length)
                ApplyToRow(piece.First + first, changes.Slice(first, Math.Min(length, changes.Length - first)), magnitudes, order);
        }

        private void ApplyToRow(long first, Span<double> row, double[] magnitudes, int[] order)
        {
            for (var i = 0; i < row.Length; i++) (magnitudes[i], order[i]) = (Math.Abs(row[i]), i);
            // Sorting always the whole row, ties come out the same however the work is spread.
            Array.Sort(magnitudes, order, 0, row.Length);
            for (var rank = 0; rank < row.Length; rank++)
            {
                // A row of one number has no ranks: it is kept with the mean probability.
                var place = row.Length > 1 ? rank / (row.Length - 1.0) : 0.5;
                var probability = density - epsilon + (2 * epsilon * place);
                if (random.At(first + order[rank]) >= probability) row[order[rank]] = 0;
            }
        }
    }
}

using Distributed.Algorithms.Merging.Graphs;

namespace Distributed.Cli.Merging;

/// <summary>Whether two models compute the same: sums in another order may differ by rounding, a wrong relabelling differs by orders of magnitude.</summary>
/// <param name="Difference">Largest difference of an output; infinite where one is no number.</param>
/// <param name="Allowed">What rounding may come to.</param>
internal sealed record FunctionCheck(double Difference, double Allowed)
{
    /// <summary>Nothing differs.</summary>
    public static readonly FunctionCheck Same = new(0, PermutationCheck.SinglePrecision);

    /// <summary>Compares outputs that were computed in single precision.</summary>
    /// <param name="before">Of the original.</param>
    /// <param name="after">Of the other.</param>
    public static FunctionCheck Of(double[] before, double[] after)
    {
        var difference = before.Zip(after, (a, b) => Math.Abs(a - b)).DefaultIfEmpty().Max();
        return new(
            before.Concat(after).All(double.IsFinite) ? difference : double.PositiveInfinity,
            PermutationCheck.SinglePrecision * Math.Max(1, before.Select(Math.Abs).Where(double.IsFinite).DefaultIfEmpty().Max()));
    }
}

using Distributed.Algorithms.Merging;
using Distributed.Algorithms.Merging.Methods;
using Distributed.Algorithms.Tensors;
using Xunit;

namespace Distributed.Algorithms.Tests.Merging;

public class MagnitudeSelectionTests
{
    // Above and below the number that is sorted in memory.
    [Theory]
    [InlineData(1_000, 0)]
    [InlineData(300_000, 0)]
    [InlineData(300_000, 7)]
    [InlineData(300_000, 1)]
    public void Largest_AgainstSorting_KeepsTheSame(int count, int distinct)
    {
        var seed = Seeds.Next();
        var random = new Random(seed);
        var values = new double[count];
        foreach (ref var x in values.AsSpan())
            x = distinct == 0 ? (random.NextDouble() - 0.5) * Math.Pow(10, random.Next(-20, 20)) : random.Next(distinct) - (distinct / 2);
        var bySize = Enumerable.Range(0, count).OrderByDescending(i => Math.Abs(values[i])).ThenBy(i => i).ToArray();
        foreach (var keep in new[] { 0, 1, 2, count / 5, count / 2, count - 1, count })
        {
            var cut = MagnitudeSelection.Largest(Tensors(values), 0, keep);
            var kept = Enumerable.Range(0, count).Where(i => cut.Includes(values[i], i));
            Assert.True(kept.SequenceEqual(bySize.Take(keep).Order()), $"seed {seed}, keep {keep}");
        }
    }

    /// <summary>The numbers as a model of three tensors.</summary>
    private static IReadOnlyList<TensorSweep> Tensors(double[] values)
    {
        var model = Models.Of(values[..17], values[17..^100], values[^100..]);
        var input = Merges.Input([model]) with { Limits = new() { Parallelism = 3, BufferBytes = 1 << 20 } };
        var plan = ModelMerge.Plan(Registry.FindMerger("prune")!, new MagnitudePruningParameters(), input);
        return new MergeRun(plan, new TensorSet(plan.Manifest), default).Survey();
    }
}

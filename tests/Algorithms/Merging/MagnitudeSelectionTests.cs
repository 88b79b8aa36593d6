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

    // So many that a sample is drawn first: where it is right, where too many numbers are equal, and where it cannot but mislead.
    [Theory]
    [InlineData("random")]
    [InlineData("equal")]
    [InlineData("sorted")]
    public void Largest_Millions_KeepsAsManyAndNoneSmaller(string kind)
    {
        var seed = Seeds.Next();
        var random = new Random(seed);
        var values = new double[(1 << 22) + 12345];
        for (var i = 0; i < values.Length; i++)
            values[i] = kind switch { "random" => random.NextDouble() - 0.5, "equal" => random.Next(-3, 4), _ => i };
        foreach (var keep in new[] { 7, values.Length / 5, values.Length - 3 })
        {
            var cut = MagnitudeSelection.Largest(Tensors(values), 0, keep);
            var (kept, least, most, lastEqual, firstEqual) = (0, double.MaxValue, 0.0, -1, int.MaxValue);
            for (var i = 0; i < values.Length; i++)
            {
                var magnitude = Math.Abs(values[i]);
                var included = cut.Includes(values[i], i);
                kept += included ? 1 : 0;
                if (included) least = Math.Min(least, magnitude);
                else most = Math.Max(most, magnitude);
                if (magnitude == cut.Threshold && included) lastEqual = i;
                if (magnitude == cut.Threshold && !included) firstEqual = Math.Min(firstEqual, i);
            }
            Assert.True(kept == keep && least >= most && lastEqual < firstEqual, $"seed {seed}, keep {keep}: {kept}, {least} and {most}");
        }
    }

    [Fact]
    public void Keep_PiecesOfVectors_AgreesWithIncludes()
    {
        var values = Enumerable.Range(0, 37).Select(i => (double)((i * 7 % 5) - 2)).ToArray();
        foreach (var cut in new MagnitudeCut[] { new(1, 17), new(1, -1), new(2, long.MaxValue), new(0, 3), MagnitudeCut.Nothing, MagnitudeCut.Everything })
        {
            foreach (var position in new long[] { 0, 5, 16, 17, 18, 100, long.MaxValue - 100 })
            {
                var kept = values.ToArray();
                cut.Keep(kept, position);
                Assert.Equal(values.Select((x, i) => cut.Includes(x, position + i) ? x : 0), kept);
            }
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

using Distributed.Algorithms.Merging.Assignments;
using Distributed.Algorithms.Tests.Vectors;
using FsCheck;
using FsCheck.Fluent;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Distributed.Algorithms.Tests.Merging.Assignments;

public class LinearAssignmentTests
{
    [Fact]
    public void Solve_Vectors_Agree()
    {
        foreach (var file in VectorFile.Whole("merging", "lap"))
        {
            foreach (var c in file.All("cases"))
            {
                var solved = Certified(c.Name, c.Vector("cost"), c.Int("n"), (bool)c.Json["maximize"]!);
                c.Near(c.Number("objective"), solved.Objective, "objective");
                if ((bool)c.Json["assignment_unique"]!) Assert.Equal(c.Ints("assignment"), solved.ColumnOf);
            }
        }
    }

    [Fact]
    public void Solve_GeneratedVectors_Agree()
    {
        foreach (var file in VectorFile.Whole("merging", "lap"))
        {
            foreach (var c in file.All("generated"))
            {
                var costs = Generate(c);
                Assert.Equal(c.Vector("first4"), costs[..4]);
                var solved = Certified(c.Name, costs, c.Int("n"), (bool)c.Json["maximize"]!);
                c.Near(c.Number("objective"), solved.Objective, "objective");
                if (c.Has("assignment")) Assert.Equal(c.Ints("assignment"), solved.ColumnOf);
            }
        }
    }

    [Fact]
    public void Solve_SmallCosts_IsTheBestOfAllPermutations() => Prop.ForAll(Arb.From(
        from size in Gen.Choose(1, 6)
        from seed in Gen.Choose(0, int.MaxValue)
        from maximise in Gen.Elements(true, false)
        from whole in Gen.Elements(true, false)
        select (size, seed, maximise, whole)), c =>
    {
        var random = new Random(c.seed);
        var costs = Enumerable.Range(0, c.size * c.size).Select(_ => c.whole ? random.Next(-2, 3) : random.NextDouble() - 0.5).ToArray();
        var all = Permutations(c.size).Select(q => Enumerable.Range(0, c.size).Sum(i => costs[(i * c.size) + q[i]])).ToList();
        var solved = Certified($"seed {c.seed}", costs, c.size, c.maximise);
        return Math.Abs((c.maximise ? all.Max() : all.Min()) - solved.Objective) < 1e-12;
    }).QuickCheckThrowOnFailure();

    [Theory]
    [InlineData("random")]
    [InlineData("ties")]
    [InlineData("planted")]
    [InlineData("rank one")]
    [InlineData("rank one, single precision")]
    [InlineData("rank one with noise")]
    [InlineData("ordered, of no rank")]
    [InlineData("low rank")]
    [InlineData("dead rows and columns")]
    [InlineData("constant")]
    [InlineData("scales far apart")]
    public void Solve_ManyKinds_IsCertified(string kind)
    {
        var seed = Seeds.Next();
        var random = new Random(seed);
        foreach (var size in new[] { 1, 2, 3, 4, 7, 8, 9, 33, 100, 150 })
        {
            var costs = Create(kind, size, random);
            Certified($"{kind}, seed {seed}, {size}, largest", costs, size, maximise: true);
            Certified($"{kind}, seed {seed}, {size}, smallest", costs, size, maximise: false);
        }
    }

    [Fact]
    public void Solve_RankOneCosts_ScansHardlyAnyRow()
    {
        var solved = LinearAssignment.Solve(Create("rank one", 500, new Random(1)), 500);
        Assert.True(solved.IsOptimal);
        Assert.True(solved.Scans < 50, $"{solved.Scans} scans");
    }

    [Fact]
    public void Solve_SameCostsTwice_GivesTheSameBits()
    {
        var costs = Create("ties", 100, new Random(2));
        var (first, second) = (LinearAssignment.Solve(costs, 100), LinearAssignment.Solve(costs, 100));
        Assert.Equal(first.ColumnOf, second.ColumnOf);
        Assert.Equal(first.RowDuals, second.RowDuals);
        Assert.Equal(first.ColumnDuals, second.ColumnDuals);
    }

    [Theory]
    [InlineData("random")]
    [InlineData("ties")]
    [InlineData("low rank")]
    public void Solve_FromASimilarSolution_IsAsGoodAndFaster(string kind)
    {
        var random = new Random(7);
        var costs = Create(kind, 120, random);
        var before = LinearAssignment.Solve(costs, 120);
        for (var k = 0; k < 200; k++) costs[random.Next(costs.Length)] += kind == "ties" ? 1 : 0.1;
        var cold = Certified(kind, costs, 120, maximise: true);
        var warm = LinearAssignment.Solve(costs, 120, similar: before);
        Assert.Equal(cold.Objective, warm.Objective, 1e-9);
        Assert.Equal(warm.Objective, warm.DualObjective, 1e-9);
        Assert.Equal(0, warm.WorstViolation(costs, maximise: true), 1e-12);
        Assert.True(warm.Scans <= cold.Scans, $"{warm.Scans} scans, {cold.Scans} from the start");
        Assert.Throws<ArgumentException>(() => LinearAssignment.Solve(new double[9], 3, similar: before));
    }

    [Fact]
    public void Solve_NoRows_IsEmpty()
    {
        var solved = LinearAssignment.Solve(Array.Empty<double>(), 0);
        Assert.Empty(solved.ColumnOf);
        Assert.True(solved.IsOptimal);
        Assert.Equal(0, solved.Objective);
    }

    [Theory]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    [InlineData(double.NegativeInfinity)]
    [InlineData(1e300)]
    public void Solve_CostThatIsNoNumber_IsRefusedByPlace(double bad)
    {
        var costs = new double[25];
        costs[13] = bad;
        var refused = Assert.Throws<ArgumentException>(() => LinearAssignment.Solve(costs, 5));
        Assert.Contains("[2, 3]", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Solve_CostsThatAreNotSquare_IsRefused() =>
        Assert.Throws<ArgumentException>(() => LinearAssignment.Solve(new double[6], 2));

    [Fact]
    public void Solve_Cancelled_Throws() =>
        Assert.Throws<OperationCanceledException>(() => LinearAssignment.Solve(
            Create("random", 50, new Random(3)), 50, cancellation: new CancellationToken(canceled: true)));

    [Fact]
    public void Solve_TimeIsUp_GivesAPermutationThatSaysSo()
    {
        var costs = Create("random", 60, new Random(4));
        var best = LinearAssignment.Solve(costs, 60).Objective;
        var time = new FakeTimeProvider { AutoAdvanceAmount = TimeSpan.FromSeconds(1) };
        var solved = LinearAssignment.Solve(costs, 60, new AssignmentOptions { TimeLimit = TimeSpan.FromSeconds(3), Clock = time });
        Assert.False(solved.IsOptimal);
        Assert.Equal(Enumerable.Range(0, 60), solved.ColumnOf.Order());
        Assert.True(solved.Objective <= best && best <= solved.DualObjective, $"{solved.Objective} {best} {solved.DualObjective}");
        Assert.Equal(0, solved.WorstViolation(costs, maximise: true), 1e-12);
        Assert.True(solved.Elapsed > TimeSpan.FromSeconds(3));
        Assert.Throws<ArgumentException>(() => LinearAssignment.Solve(costs, 60, new AssignmentOptions { TimeLimit = TimeSpan.FromSeconds(3) }));
    }

    private static Assignment Certified(string name, double[] costs, int size, bool maximise)
    {
        var solved = LinearAssignment.Solve(costs, size, new AssignmentOptions { Maximise = maximise });
        Assert.True(solved.IsOptimal, name);
        Assert.Equal(Enumerable.Range(0, size), solved.ColumnOf.Order());
        var sum = Enumerable.Range(0, size).Sum(i => costs[(i * size) + solved.ColumnOf[i]]);
        var scale = costs.Max(Math.Abs);
        Assert.True(Math.Abs(sum - solved.Objective) <= 1e-12 * scale * size, name);
        Assert.True(Math.Abs(solved.Objective - solved.DualObjective) <= 1e-9 * Math.Max(Math.Abs(sum), 1e-3 * scale), $"{name}: {sum} {solved.DualObjective}");
        Assert.True(Math.Abs(solved.RowDuals.Sum() + solved.ColumnDuals.Sum() - solved.DualObjective) <= 1e-12 * scale * size, name);
        var worst = solved.WorstViolation(costs, maximise);
        Assert.True(worst <= 1e-13 * scale, $"{name}: a pair beats its duals by {worst}, the largest cost is {scale}");
        return solved;
    }

    private static double[] Create(string kind, int size, Random random)
    {
        double Next() => random.NextDouble() - 0.5;
        double[] Some() => [.. Enumerable.Range(0, size).Select(_ => Next())];
        double[] Each(Func<int, int, double> value) => [.. Enumerable.Range(0, size * size).Select(k => value(k / size, k % size))];
        var (x, y, z, w) = (Some(), Some(), Some(), Some());
        var order = Enumerable.Range(0, size).ToArray();
        random.Shuffle(order);
        return kind switch
        {
            "random" => Each((_, _) => Next()),
            "ties" => Each((_, _) => random.Next(4)),
            "planted" => Each((i, j) => Next() + (order[i] == j ? 2 : 0)),
            "rank one" => Each((i, j) => x[i] * y[j]),
            "rank one, single precision" => Each((i, j) => (float)(x[i] * y[j])),
            "rank one with noise" => Each((i, j) => (x[i] * y[j]) + (0.01 * Next())),
            "ordered, of no rank" => Each((i, j) => Math.Pow(Math.Abs(x[i] - y[j]), 1.5)),
            "low rank" => Each((i, j) => (x[i] * y[j]) + (z[i] * w[j])),
            "dead rows and columns" => Each((i, j) => i % 3 == 0 || j % 3 == 0 ? 0 : Next()),
            "constant" => Each((_, _) => -2.25),
            "scales far apart" => Each((i, j) => Next() * Math.Pow(10, random.Next(-3, 6))),
            _ => throw new ArgumentException(kind),
        };
    }

    private static double[] Generate(VectorCase c)
    {
        var size = c.Int("n");
        var state = ulong.Parse(c.Text("seed")!, System.Globalization.CultureInfo.InvariantCulture);
        var costs = new double[size * size];
        for (var k = 0; k < costs.Length; k++)
        {
            state += 0x9E3779B97F4A7C15;
            var z = state;
            z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
            z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
            z ^= z >> 31;
            costs[k] = (z >> 11) * Math.ScaleB(1, -53);
        }
        if (c.Text("kind") == "planted")
        {
            for (var i = 0; i < size; i++) costs[(i * size) + (((c.Int("a") * i) + c.Int("b")) % size)] += 1;
        }
        return costs;
    }

    private static IEnumerable<int[]> Permutations(int size) => size == 0
        ? [[]]
        : Permutations(size - 1).SelectMany(p => Enumerable.Range(0, size).Select(at => p.Take(at).Append(size - 1).Concat(p.Skip(at)).ToArray()));
}

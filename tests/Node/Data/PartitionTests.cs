using Distributed.Node.Data.Partitioning;
using Distributed.Node.Data.Random;
using Distributed.Node.Tests.Fixtures;
using Distributed.Protocols.Runs;
using FsCheck;
using FsCheck.Fluent;
using Xunit;

namespace Distributed.Node.Tests.Data;

public sealed class PartitionTests
{
    private static readonly string[] Methods =
    [
        """{ "name": "iid" }""",
        """{ "name": "dirichlet", "alpha": 0.1, "minimum": 0 }""",
        """{ "name": "dirichlet", "alpha": 100, "minimum": 0 }""",
        """{ "name": "shards", "perClient": 2 }""",
    ];

    [Fact]
    public void Deal_AnyMethod_GivesEachExampleToExactlyOneClient() => Check((method, seed, clients, labels) =>
        Deal(method, seed, clients, labels).SelectMany(own => own).Order().SequenceEqual(Enumerable.Range(0, labels.Length)));

    [Fact]
    public void Deal_AnyMethod_IsAPureFunctionOfTheSeed() => Check((method, seed, clients, labels) =>
        Deal(method, seed, clients, labels).Zip(Deal(method, seed, clients, labels)).All(pair => pair.First.SequenceEqual(pair.Second)));

    [Fact]
    public void Deal_Iid_SharesDifferByOneAtMost() => Check((_, seed, clients, labels) =>
        Deal(Methods[0], seed, clients, labels) is var dealt && dealt.Max(own => own.Length) - dealt.Min(own => own.Length) <= 1);

    [Fact]
    public void Deal_DirichletWithLargeAlpha_IsNearlyIid()
    {
        var labels = Enumerable.Range(0, 10_000).Select(i => i % 10).ToArray();

        var histogram = new Partition([.. Deal("""{ "name": "dirichlet", "alpha": 100000 }""", 1, 10, labels)]).Histogram(labels, 10);

        Assert.All(histogram, counts => Assert.All(counts, count => Assert.InRange(count, 85, 115)));
    }

    [Fact]
    public void Deal_DirichletWithSmallAlpha_GivesClientsFewClasses()
    {
        var labels = Enumerable.Range(0, 10_000).Select(i => i % 10).ToArray();

        var histogram = new Partition([.. Deal("""{ "name": "dirichlet", "alpha": 0.01, "minimum": 0 }""", 1, 10, labels)]).Histogram(labels, 10);

        Assert.InRange(histogram.Average(counts => counts.Count(count => count > 50)), 0, 2.5);
    }

    [Fact]
    public void Deal_DirichletWithMinimum_LeavesNoClientWithout()
    {
        var labels = Enumerable.Range(0, 2000).Select(i => i % 10).ToArray();
        for (var seed = 0; seed < 20; seed++)
        {
            Assert.All(Deal("""{ "name": "dirichlet", "alpha": 0.1, "minimum": 5 }""", seed, 20, labels), own => Assert.True(own.Length >= 5));
        }
    }

    [Fact]
    public void Deal_ShardsOfSortedClasses_GivesClientsTwoOrThreeClasses()
    {
        var labels = Enumerable.Range(0, 1000).Select(i => i % 10).ToArray();

        var histogram = new Partition([.. Deal("""{ "name": "shards", "perClient": 2 }""", 1, 10, labels)]).Histogram(labels, 10);

        Assert.All(histogram, counts => Assert.InRange(counts.Count(count => count > 0), 1, 4));
    }

    [Theory]
    [InlineData("""{ "name": "dirichlet", "alpha": 0 }""", 10, "data.partition.alpha: must be from")]
    [InlineData("""{ "name": "dirichlet", "alpha": -1 }""", 10, "data.partition.alpha: must be from")]
    [InlineData("""{ "name": "dirichlet", "alpha": 0.01, "minimum": 50 }""", 10, "raise alpha")]
    [InlineData("""{ "name": "shards", "perClient": 20 }""", 10, "10 clients with 20 shards each need 200 examples")]
    [InlineData("""{ "name": "iid" }""", 101, "101 clients, but only 100 examples")]
    [InlineData("""{ "name": "iid", "alpha": 1 }""", 10, "unknown key")]
    [InlineData("""{ "name": "dirichelt" }""", 10, "did you mean 'dirichlet'?")]
    public void Deal_WhatCannotBeDealt_SaysWhy(string method, int clients, string expected)
    {
        var problems = new List<string>();

        Assert.Null(Partitioners.Deal(Spec(method, 1, clients), new int[100], problems));
        Assert.Contains(expected, Assert.Single(problems), StringComparison.Ordinal);
    }

    [Fact]
    public void Deal_DirichletThatLeavesAClientWithout_NamesTheClientAndTheRemedy()
    {
        var problems = new List<string>();

        Assert.Null(Partitioners.Deal(Spec("""{ "name": "dirichlet", "alpha": 0.0001 }""", 1, 50), new int[100], problems));
        Assert.Matches("in the last one client [0-9]+ got 0; raise alpha, lower data.clients, or set minimum to 0", Assert.Single(problems));
    }

    [Fact]
    public void Deal_NegativeLabel_NamesTheExample()
    {
        var problems = new List<string>();

        Assert.Null(Partitioners.Deal(Spec(Methods[0], 1, 2), [0, 3, -2, 1], problems));
        Assert.Equal("training example 2 has the label -2; labels are 0 and up.", Assert.Single(problems));
    }

    [Fact]
    public void Histogram_OfLabels_CountsThemByClient()
    {
        var histogram = ClassHistogram.Of(new Partition([[0, 1, 4], [2, 3]]), [0, 2, 2, 2, 0])!;

        Assert.Equal(3, histogram.Classes);
        Assert.Equal([[2, 0, 1], [0, 0, 2]], histogram.Counts!);
    }

    [Fact]
    public void Histogram_OfOneClass_SaysNothing() => Assert.Null(ClassHistogram.Of(new Partition([[0, 1]]), [0, 0]));

    [Fact]
    public void Histogram_BeyondTheBound_SaysHowManyClassesOnly() =>
        Assert.Equal((600_001, true), ClassHistogram.Of(new Partition([[0], [1]]), [0, 600_000]) is { } told ? (told.Classes, told.Counts is null) : default);

    [Fact]
    public void Dirichlet_Shares_AreFiniteAndAddUpToOneForAnyAlpha()
    {
        foreach (var alpha in new[] { 0.0001, 0.01, 0.5, 1, 10, 1e6 })
        {
            var stream = new RandomStream(1, RandomPurpose.Partition);
            var shares = GammaSampler.Dirichlet(ref stream, alpha, 50);
            Assert.Equal(1, shares.Sum(), 12);
            Assert.All(shares, share => Assert.InRange(share, 0, 1));
        }
    }

    private static void Check(Func<string, int, int, int[], bool> property)
    {
        var cases =
            from method in Gen.Elements(Methods)
            from seed in Gen.Choose(0, int.MaxValue - 1)
            from clients in Gen.Choose(1, 20)
            from labels in Gen.Choose(0, 4).ArrayOf(200)
            select (method, seed, clients, labels);
        Prop.ForAll(cases.ToArbitrary(), c => property(c.method, c.seed, c.clients, c.labels)).QuickCheckThrowOnFailure();
    }

    private static int[][] Deal(string method, int seed, int clients, int[] labels)
    {
        var problems = new List<string>();
        return [.. (Partitioners.Deal(Spec(method, seed, clients), labels, problems) ?? throw new InvalidOperationException(string.Join("; ", problems))).Clients];
    }

    private static RunSpec Spec(string partition, int seed, int clients) => Specs.Parse($$"""
        {
          "kind": "federated", "name": "deal", "seed": {{seed}}, "rounds": 1, "model": { "name": "linear" },
          "data": { "source": "glyphs", "clients": {{clients}}, "partition": {{partition}} }
        }
        """);
}

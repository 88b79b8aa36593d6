using System.ComponentModel.DataAnnotations;
using Distributed.Algorithms.Aggregation;
using Distributed.Algorithms.Merging;
using Distributed.Algorithms.Merging.Methods;
using Xunit;

namespace Distributed.Algorithms.Tests;

public class RegistryTests
{
    public static TheoryData<string> Names => [.. Registry.Aggregators.Select(a => a.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void Aggregators_DefaultParameters_AreValidAndCreateIt(string name)
    {
        var entry = Registry.FindAggregator(name)!;
        var parameters = (AggregatorParameters)Activator.CreateInstance(entry.Parameters)!;
        Assert.True(Validator.TryValidateObject(parameters, new ValidationContext(parameters), null, validateAllProperties: true));
        Assert.NotNull(entry.Create(parameters));
        Assert.Matches("^[a-z0-9-]+$", name);
    }

    [Fact]
    public void Aggregators_Names_Differ() => Assert.Equal(Registry.Aggregators.Length, Registry.Aggregators.DistinctBy(a => a.Name).Count());

    [Fact]
    public void Create_ParametersOfAnother_Throws() =>
        Assert.Throws<ArgumentException>(() => Registry.FindAggregator("fedavg")!.Create(new LDawaParameters()));

    [Fact]
    public void FindAggregator_UnknownName_IsNull() => Assert.Null(Registry.FindAggregator("fedavgm2"));

    public static TheoryData<string> MergerNames => [.. Registry.Mergers.Select(m => m.Name)];

    [Theory]
    [MemberData(nameof(MergerNames))]
    public void Mergers_DefaultParameters_AreValidAndCreateIt(string name)
    {
        var entry = Registry.FindMerger(name)!;
        var parameters = (MergerParameters)Activator.CreateInstance(entry.Parameters)!;
        Assert.True(Validator.TryValidateObject(parameters, new ValidationContext(parameters), null, validateAllProperties: true));
        Assert.NotNull(entry.Create(parameters));
        Assert.Matches("^[a-z0-9-]+$", name);
        Assert.InRange(entry.FewestModels, 1, entry.MostModels);
    }

    [Fact]
    public void Mergers_Names_DifferAndAreInOrder()
    {
        var names = Registry.Mergers.Select(m => m.Name).ToArray();
        Assert.Equal(names.Distinct().Order(StringComparer.Ordinal), names);
    }

    [Fact]
    public void Create_ParametersOfAnotherMerger_Throws() =>
        Assert.Throws<ArgumentException>(() => Registry.FindMerger("slerp")!.Create(new LinearParameters()));

    [Fact]
    public void FindMerger_UnknownName_IsNull() => Assert.Null(Registry.FindMerger("frankenmerge"));
}

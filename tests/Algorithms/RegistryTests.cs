using System.ComponentModel.DataAnnotations;
using Distributed.Algorithms.Aggregation;
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
}

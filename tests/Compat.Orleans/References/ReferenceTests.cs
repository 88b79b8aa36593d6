using Distributed.Compat.Orleans.Tests.Fixtures;
using Distributed.Compat.Orleans.Tests.Turns;
using Orleans;
using Orleans.Runtime;
using Xunit;

namespace Distributed.Compat.Orleans.Tests.References;

public interface INamedGrain : IGrainWithStringKey
{
    Task<string> Key();

    Task<INamedGrain> Self();

    ValueTask Nothing();

    Task<T> Echo<T>(T value);
}

public interface ICountedGrain : IGrainWithIntegerKey
{
    Task<long> Key();
}

[GrainType("named")]
public sealed class NameKeeperGrain : Grain, INamedGrain
{
    public Task<string> Key() => Task.FromResult(this.GetPrimaryKeyString());

    public Task<INamedGrain> Self() => Task.FromResult(this.AsReference<INamedGrain>());

    public ValueTask Nothing() => ValueTask.CompletedTask;

    public Task<T> Echo<T>(T value) => Task.FromResult(value);
}

public sealed class CountedGrain : Grain, ICountedGrain
{
    public Task<long> Key() => Task.FromResult(this.GetPrimaryKeyLong());
}

public interface IUnwrittenGrain : IGrainWithStringKey;

/// <summary>A grain needs no base class.</summary>
public interface IPlainGrain : IGrainWithStringKey
{
    Task<string> Key();
}

public sealed class PlainGrain(IGrainContext context) : IGrainBase, IPlainGrain
{
    public IGrainContext GrainContext => context;

    public Task<string> Key() => Task.FromResult(context.GrainId.Key.ToString());
}

public sealed class ReferenceTests
{
    [Fact]
    public async Task References_ToOneGrain_AreEqual()
    {
        await using var silo = await TestSilo.StartAsync();
        var grain = silo.Grain<INamedGrain>("a");

        Assert.Equal(grain, silo.Grain<INamedGrain>("a"));
        Assert.Equal(grain, await grain.Self());
        Assert.Equal(grain.GetHashCode(), silo.Grain<INamedGrain>("a").GetHashCode());
        Assert.NotEqual(grain, silo.Grain<INamedGrain>("b"));
    }

    [Fact]
    public async Task Reference_KnowsItsGrainIdAndKey()
    {
        await using var silo = await TestSilo.StartAsync();
        var grain = silo.Grain<INamedGrain>("run/1");

        Assert.Equal("run/1", grain.GetPrimaryKeyString());
        Assert.Equal("run/1", await grain.Key());
        Assert.Equal(GrainId.Create("named", "run/1"), grain.GetGrainId());
        Assert.Equal(grain, silo.Grains.GetGrain<INamedGrain>(grain.GetGrainId()));
        Assert.Equal(GrainId.Parse("named/run/1"), grain.GetGrainId());
        Assert.Equal("turn", silo.Grain<ITurnGrain>("a").GetGrainId().Type.ToString());
    }

    [Theory]
    [InlineData(0)]
    [InlineData(255)]
    [InlineData(-1)]
    public async Task IntegerKey_ComesBack(long key)
    {
        await using var silo = await TestSilo.StartAsync();

        Assert.Equal(key, await silo.Grains.GetGrain<ICountedGrain>(key).Key());
    }

    [Fact]
    public async Task Methods_MayBeGenericOrReturnAValueTask()
    {
        await using var silo = await TestSilo.StartAsync();
        var grain = silo.Grain<INamedGrain>("a");

        await grain.Nothing();
        Assert.Equal(7, await grain.Echo(7));
        Assert.Null(await grain.Echo<string?>(null));
    }

    [Fact]
    public async Task GrainWithoutBaseClass_GetsItsContext()
    {
        await using var silo = await TestSilo.StartAsync();

        Assert.Equal("a", await silo.Grain<IPlainGrain>("a").Key());
    }

    [Fact]
    public async Task Interface_WithoutAClass_IsNamed()
    {
        await using var silo = await TestSilo.StartAsync();

        var error = Assert.Throws<ArgumentException>(() => silo.Grain<IUnwrittenGrain>("a"));

        Assert.Contains(nameof(IUnwrittenGrain), error.Message, StringComparison.Ordinal);
    }
}

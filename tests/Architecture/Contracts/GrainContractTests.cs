using System.Reflection;
using Distributed.Architecture.Tests.Source;
using Orleans;
using Xunit;

namespace Distributed.Architecture.Tests.Contracts;

public sealed class GrainContractTests
{
    [Fact]
    public void Coordinator_Grains_KeepTheContract()
    {
        var types = Types(Repository.Projects("src").Single(x => x.Name == "Coordinator").Load()).ToArray();

        Assert.Contains(types, x => x.IsInterface);
        Assert.Contains(types, x => x.IsClass);
        Findings.None(GrainContract.Violations(types));
    }

    [Fact]
    public void GoodContract_HasNoViolations()
        => Assert.Empty(GrainContract.Violations([typeof(IGoodGrain), typeof(IGoodObserver), typeof(ITakes<Whole>), typeof(IReturns<Part>)]));

    [Theory]
    [InlineData(typeof(ITakes<NotSealed>), "NotSealed is not sealed")]
    [InlineData(typeof(ITakes<NoSerializer>), "NoSerializer lacks [GenerateSerializer]")]
    [InlineData(typeof(IReturns<NotImmutable>), "NotImmutable lacks [Immutable]")]
    [InlineData(typeof(IReturns<NoAlias>), "NoAlias lacks [Alias]")]
    [InlineData(typeof(ITakes<OtherPart>), "Part shares the alias 'fixtures.part'")]
    [InlineData(typeof(ITakes<NoId>), "NoId has no [Id] on Value")]
    [InlineData(typeof(ITakes<SameId>), "SameId uses the id 3 twice")]
    [InlineData(typeof(ITakes<Settable>), "Settable can be changed through Value")]
    [InlineData(typeof(ITakes<WithArray>), "WithArray.Bytes: System.Byte[] is no primitive")]
    [InlineData(typeof(ITakes<Deep>), "WithArray.Bytes: System.Byte[] is no primitive")]
    [InlineData(typeof(ITakes<WithList>), "WithList.Lists: System.Collections.Generic.List`1[System.Int32] is no primitive")]
    [InlineData(typeof(ITakes<WithDelegate>), "WithDelegate.Act: System.Action is no primitive")]
    [InlineData(typeof(ITakes<Stream>), "Take(value): System.IO.Stream is no primitive")]
    [InlineData(typeof(ITakes<object>), "Take(value): System.Object is no primitive")]
    [InlineData(typeof(IReturns<PlainClass>), "PlainClass is no primitive")]
    [InlineData(typeof(ISynchronousGrain), "ISynchronousGrain.Count returns Int32, not a task")]
    [InlineData(typeof(IVoidGrain), "IVoidGrain.Forget returns Void, not a task")]
    [InlineData(typeof(IHiddenGrain), "IHiddenGrain is not public")]
    [InlineData(typeof(StatefulGrain), "state of StatefulGrain: Distributed.Architecture.Tests.Contracts.PlainClass is no primitive")]
    public void BadContract_IsFound(Type type, string violation)
    {
        var found = Assert.Single(GrainContract.Violations([type]));

        Assert.Contains(violation, found, StringComparison.Ordinal);
    }

    private static IEnumerable<Type> Types(Assembly assembly) => assembly.GetTypes().Where(x => typeof(IGrain).IsAssignableFrom(x) || typeof(IGrainObserver).IsAssignableFrom(x));
}

using System.Collections.Immutable;
using Orleans;
using Orleans.Runtime;

// Contracts made to be good or bad in one way each.
namespace Distributed.Architecture.Tests.Contracts;

#pragma warning disable CA1819 // Arrays as properties are one of the things to be found.

[GenerateSerializer, Immutable, Alias("fixtures.part")]
public sealed record Part([property: Id(0)] string Name, [property: Id(1)] ImmutableArray<double?> Sizes);

[GenerateSerializer, Immutable, Alias("fixtures.whole")]
public sealed record Whole
{
    [Id(0)]
    public required Part Part { get; init; }

    [Id(1)]
    public ImmutableDictionary<string, ImmutableList<DayOfWeek>> Days { get; init; } = ImmutableDictionary<string, ImmutableList<DayOfWeek>>.Empty;

    public int Computed => Days.Count;
}

[GenerateSerializer, Immutable, Alias("fixtures.open")]
public record NotSealed([property: Id(0)] int Value);

[Immutable, Alias("fixtures.noserializer")]
public sealed record NoSerializer([property: Id(0)] int Value);

[GenerateSerializer, Alias("fixtures.mutable")]
public sealed record NotImmutable([property: Id(0)] int Value);

[GenerateSerializer, Immutable]
public sealed record NoAlias([property: Id(0)] int Value);

[GenerateSerializer, Immutable, Alias("fixtures.part")]
public sealed record OtherPart([property: Id(0)] Part First);

[GenerateSerializer, Immutable, Alias("fixtures.noid")]
public sealed record NoId(int Value);

[GenerateSerializer, Immutable, Alias("fixtures.twice")]
public sealed record SameId([property: Id(3)] int First, [property: Id(3)] int Second);

[GenerateSerializer, Immutable, Alias("fixtures.settable")]
public sealed record Settable
{
    [Id(0)]
    public int Value { get; set; }
}

[GenerateSerializer, Immutable, Alias("fixtures.array")]
public sealed record WithArray([property: Id(0)] byte[] Bytes);

[GenerateSerializer, Immutable, Alias("fixtures.list")]
public sealed record WithList([property: Id(0)] ImmutableArray<List<int>> Lists);

[GenerateSerializer, Immutable, Alias("fixtures.delegate")]
public sealed record WithDelegate([property: Id(0)] Action Act);

[GenerateSerializer, Immutable, Alias("fixtures.deep")]
public sealed record Deep([property: Id(0)] WithArray Inner);

public sealed class PlainClass;

public interface IGoodObserver : IGrainObserver
{
    void Happened(Part what);

    Task<bool> Ask(int question);
}

public interface IGoodGrain : IGrainWithStringKey
{
    Task<Whole?> Get(string name, CancellationToken cancellationToken);

    ValueTask Join(IGoodObserver observer, IGoodGrain other, DateTimeOffset? since);
}

public interface ITakes<T> : IGrainWithStringKey
{
    Task Take(T value);
}

public interface IReturns<T> : IGrainWithStringKey
{
    Task<T> Give();
}

public interface ISynchronousGrain : IGrainWithStringKey
{
    int Count();
}

public interface IVoidGrain : IGrainWithStringKey
{
    void Forget();
}

internal interface IHiddenGrain : IGrainWithStringKey
{
    Task Touch();
}

public sealed class StatefulGrain(IPersistentState<Whole> good, IPersistentState<PlainClass> bad) : Grain, IGrainWithStringKey
{
    public object[] All => [good, bad];
}

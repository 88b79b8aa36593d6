using System.Reflection;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Concurrency;

namespace Orleans.Runtime;

/// <summary>A class of grains: its type name, what may interleave in it, how an instance is made.</summary>
internal sealed class GrainClass
{
    private readonly ParameterInfo[] states;
    private readonly ObjectFactory factory;

    public GrainClass(Type type)
    {
        Type = type;
        GrainType = type.GetCustomAttribute<GrainTypeAttribute>()?.GetGrainType(null!, type) ?? DefaultName(type);
        Reentrant = type.IsDefined(typeof(ReentrantAttribute), true);
        Interleaves = Reentrant || type.GetInterfaces().SelectMany(x => x.GetMethods())
            .Any(x => x.IsDefined(typeof(AlwaysInterleaveAttribute), true) || x.IsDefined(typeof(ReadOnlyAttribute), true));
        states = [.. type.GetConstructors()
            .OrderByDescending(x => x.IsDefined(typeof(ActivatorUtilitiesConstructorAttribute))).ThenByDescending(x => x.GetParameters().Length)
            .First().GetParameters().Where(x => x.IsDefined(typeof(PersistentStateAttribute)))];
        factory = ActivatorUtilities.CreateFactory(type, [.. states.Select(x => x.ParameterType)]);
    }

    public Type Type { get; }

    public GrainType GrainType { get; }

    public bool Reentrant { get; }

    public bool Interleaves { get; }

    public (object Instance, IReadOnlyList<IActivationState> States) Create(Activation activation, IServiceProvider services)
    {
        var made = Array.ConvertAll(states, parameter => PersistentStates.Create(parameter, activation, services));
        return (factory(services, made), made);
    }

    private static GrainType DefaultName(Type type)
    {
        const string Suffix = "grain";
        var name = type.Name.ToLowerInvariant();
        return GrainType.Create(name.EndsWith(Suffix, StringComparison.Ordinal) && name.Length > Suffix.Length ? name[..^Suffix.Length] : name);
    }
}

using System.Collections.Concurrent;
using System.Reflection;

namespace Orleans.Runtime;

/// <summary>Finds the class behind a grain interface among the loaded assemblies that use this one.</summary>
internal static class GrainClasses
{
    private static readonly ConcurrentDictionary<Assembly, Type[]> Scanned = new();
    private static readonly ConcurrentDictionary<Type, GrainClass> Classes = new();
    private static readonly ConcurrentDictionary<(Type, string?), GrainClass> Found = new();

    public static GrainClass For(Type interfaceType, string? classNamePrefix) => Found.GetOrAdd((interfaceType, classNamePrefix), Find);

    public static GrainClass For(Type interfaceType, GrainType grainType)
        => Implementing(interfaceType).Select(Of).FirstOrDefault(x => x.GrainType == grainType)
            ?? throw new ArgumentException($"Could not find an implementation of {interfaceType} with the grain type {grainType}.");

    private static GrainClass Find((Type Interface, string? Prefix) key)
    {
        if (!key.Interface.IsInterface)
        {
            throw new ArgumentException($"{key.Interface} is not an interface.");
        }

        Type[] candidates = [.. Implementing(key.Interface).Where(x => key.Prefix is null || x.FullName!.StartsWith(key.Prefix, StringComparison.Ordinal))];
        return candidates switch
        {
            [var one] => Of(one),
            [] => throw new ArgumentException($"Could not find an implementation for interface {key.Interface}."),
            _ => throw new ArgumentException(
                $"Unable to identify a single grain class for interface {key.Interface}: {string.Join(", ", candidates.Select(x => x.FullName))}."),
        };
    }

    private static GrainClass Of(Type type) => Classes.GetOrAdd(type, static x => new GrainClass(x));

    private static IEnumerable<Type> Implementing(Type interfaceType)
        => AppDomain.CurrentDomain.GetAssemblies().SelectMany(x => Scanned.GetOrAdd(x, Scan)).Where(interfaceType.IsAssignableFrom);

    private static Type[] Scan(Assembly assembly)
    {
        var own = typeof(IGrain).Assembly;
        if (assembly.IsDynamic || assembly.GetReferencedAssemblies().All(x => x.Name != own.GetName().Name))
        {
            return [];
        }

        return [.. Loadable(assembly).Where(x => x is { IsClass: true, IsAbstract: false, ContainsGenericParameters: false } && typeof(IGrain).IsAssignableFrom(x))];
    }

    private static IEnumerable<Type> Loadable(Assembly assembly)
    {
        try
        {
            return assembly.GetTypes();
        }
        catch (ReflectionTypeLoadException e)
        {
            return e.Types.OfType<Type>();
        }
    }
}

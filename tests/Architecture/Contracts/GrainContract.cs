using System.Collections.Immutable;
using System.Reflection;
using System.Runtime.CompilerServices;
using Orleans;
using Orleans.Runtime;

namespace Distributed.Architecture.Tests.Contracts;

/// <summary>
/// What may pass between grains or into their storage: the engine hands it over by reference in one process and serialises it
/// between processes, so it must be unchangeable and its layout explicit.
/// </summary>
internal sealed class GrainContract
{
    private static readonly HashSet<Type> Values =
    [
        typeof(bool), typeof(byte), typeof(sbyte), typeof(short), typeof(ushort), typeof(int), typeof(uint), typeof(long), typeof(ulong),
        typeof(float), typeof(double), typeof(decimal), typeof(char), typeof(string),
        typeof(Guid), typeof(TimeSpan), typeof(DateTimeOffset), typeof(GrainId),
    ];

    private static readonly HashSet<Type> Collections =
    [
        typeof(ImmutableArray<>), typeof(ImmutableList<>), typeof(ImmutableHashSet<>), typeof(ImmutableSortedSet<>),
        typeof(ImmutableDictionary<,>), typeof(ImmutableSortedDictionary<,>), typeof(Nullable<>),
    ];

    private readonly HashSet<Type> seen = [];
    private readonly List<string> violations = [];
    private readonly Dictionary<string, Type> aliases = [];

    /// <summary>What is wrong with the grains of these types: interfaces, their methods, and the state their classes keep.</summary>
    public static IReadOnlyList<string> Violations(IEnumerable<Type> types)
    {
        var contract = new GrainContract();
        foreach (var type in types)
        {
            if (type.IsInterface && IsReference(type))
            {
                contract.CheckInterface(type);
            }
            else if (type.IsClass && !type.IsAbstract && typeof(IGrain).IsAssignableFrom(type))
            {
                contract.CheckState(type);
            }
        }

        return contract.violations;
    }

    private static bool IsReference(Type type) => typeof(IAddressable).IsAssignableFrom(type);

    private void CheckInterface(Type type)
    {
        Require(type.IsVisible, type, "is not public");
        foreach (var method in type.GetMethods())
        {
            var where = $"{type.Name}.{method.Name}";
            CheckReturn(method, where, typeof(IGrainObserver).IsAssignableFrom(type));
            foreach (var parameter in method.GetParameters().Where(x => x.ParameterType != typeof(CancellationToken)))
            {
                CheckUse(parameter.ParameterType, $"{where}({parameter.Name})");
            }
        }
    }

    private void CheckReturn(MethodInfo method, string where, bool isObserver)
    {
        var type = method.ReturnType;
        var shape = type.IsGenericType ? type.GetGenericTypeDefinition() : type;
        if (shape == typeof(Task<>) || shape == typeof(ValueTask<>))
        {
            CheckUse(type.GetGenericArguments()[0], where);
        }
        else if (shape != typeof(Task) && shape != typeof(ValueTask) && !(isObserver && shape == typeof(void)))
        {
            violations.Add($"{where} returns {type.Name}, not a task");
        }
    }

    private void CheckState(Type grain)
    {
        foreach (var parameter in grain.GetConstructors().SelectMany(x => x.GetParameters()))
        {
            var type = parameter.ParameterType;
            if (type.IsGenericType && type.GetGenericTypeDefinition() == typeof(IPersistentState<>))
            {
                CheckUse(type.GetGenericArguments()[0], $"state of {grain.Name}");
            }
        }
    }

    private void CheckUse(Type type, string where)
    {
        if (type.IsGenericType && Collections.Contains(type.GetGenericTypeDefinition()))
        {
            Array.ForEach(type.GetGenericArguments(), x => CheckUse(x, where));
        }
        else if (type.IsEnum)
        {
            Require(type.IsVisible, type, "is not public");
        }
        else if (IsRecord(type))
        {
            CheckRecord(type);
        }
        else if (!Values.Contains(type) && !(type.IsInterface && IsReference(type)))
        {
            violations.Add($"{where}: {type} is no primitive, string, enum, immutable collection or record");
        }
    }

    private void CheckRecord(Type type)
    {
        if (!seen.Add(type))
        {
            return;
        }

        Require(type.IsVisible, type, "is not public");
        Require(type.IsSealed, type, "is not sealed");
        Require(type.IsDefined(typeof(GenerateSerializerAttribute), false), type, "lacks [GenerateSerializer]");
        Require(type.IsDefined(typeof(ImmutableAttribute), false), type, "lacks [Immutable]");
        CheckAlias(type);
        CheckMembers(type);
    }

    private void CheckAlias(Type type)
    {
        var alias = type.GetCustomAttribute<AliasAttribute>(false)?.Alias;
        Require(!string.IsNullOrWhiteSpace(alias), type, "lacks [Alias]");
        Require(alias is null || aliases.TryAdd(alias, type), type, $"shares the alias '{alias}'");
    }

    private void CheckMembers(Type type)
    {
        const BindingFlags Instance = BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic;
        var ids = new HashSet<uint>();
        foreach (var field in type.GetFields(Instance))
        {
            // A property with a field behind it carries the id; a computed one has nothing to store.
            var property = field.Name.StartsWith('<') ? type.GetProperty(field.Name[1..field.Name.IndexOf('>', StringComparison.Ordinal)], Instance) : null;
            var where = $"{type.Name}.{property?.Name ?? field.Name}";
            var id = ((MemberInfo?)property ?? field).GetCustomAttribute<IdAttribute>();
            Require(id is not null, type, $"has no [Id] on {property?.Name ?? field.Name}");
            Require(id is null || ids.Add(id.Id), type, $"uses the id {id?.Id} twice");
            Require(property is not null && IsFixed(property), type, $"can be changed through {property?.Name ?? field.Name}");
            CheckUse(field.FieldType, where);
        }
    }

    private static bool IsFixed(PropertyInfo property)
        => property.SetMethod is null || property.SetMethod.ReturnParameter.GetRequiredCustomModifiers().Contains(typeof(IsExternalInit));

    private static bool IsRecord(Type type) => type is { IsClass: true } && type.GetMethod("<Clone>$") is not null;

    private void Require(bool holds, Type type, string otherwise)
    {
        if (!holds)
        {
            violations.Add($"{type.Name} {otherwise}");
        }
    }
}

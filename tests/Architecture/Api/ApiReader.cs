using System.Globalization;
using System.Reflection;
using System.Runtime.CompilerServices;

namespace Distributed.Architecture.Tests.Api;

/// <summary>The public surface of an assembly, in the words of the lists of the real packages.</summary>
internal sealed class ApiReader
{
    private const BindingFlags Declared =
        BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;

    private readonly NullabilityInfoContext nullability = new();

    public static IEnumerable<ApiType> Read(Assembly assembly)
    {
        var reader = new ApiReader();
        return assembly.GetExportedTypes().Select(reader.Read);
    }

    public ApiType Read(Type type)
    {
        var name = (string.IsNullOrEmpty(type.Namespace) ? "" : type.Namespace + ".") + TypeNames.Of(type);
        var constraints = type.IsGenericTypeDefinition ? TypeNames.Constraints(type.GetGenericArguments()) : "";
        var isDelegate = typeof(MulticastDelegate).IsAssignableFrom(type);
        return new ApiType(
            $"{Kind(type, isDelegate)} {name}{constraints}",
            type.IsEnum || isDelegate ? [] : [.. Bases(type).Select(x => TypeNames.Of(x))],
            [.. type.IsEnum ? EnumMembers(type, name) : Members(type)]);
    }

    private static string Kind(Type type, bool isDelegate)
        => type.IsEnum ? "enum"
            : type.IsInterface ? "interface"
            : isDelegate ? "delegate"
            : type.IsValueType ? "struct"
            : (type.IsAbstract, type.IsSealed) switch
            {
                (true, true) => "static class",
                (true, false) => "abstract class",
                (false, true) => "sealed class",
                _ => "class",
            };

    private static IEnumerable<Type> Bases(Type type)
    {
        var isRoot = type.BaseType is null || type.BaseType == typeof(object) || type.BaseType == typeof(ValueType);
        return isRoot ? type.GetInterfaces() : type.GetInterfaces().Prepend(type.BaseType!);
    }

    private static IEnumerable<string> EnumMembers(Type type, string name)
        => Enum.GetNames(type).Select(x => $"{name}.{x} = {Convert.ToInt64(Enum.Parse(type, x), CultureInfo.InvariantCulture)}");

    private IEnumerable<string> Members(Type type)
        => type.GetConstructors(Declared).Where(Seen).Select(x => $"{Modifiers(x)}.ctor({Parameters(x.GetParameters())})")
            .Concat(type.GetProperties(Declared).Where(x => Seen(x.GetMethod) || Seen(x.SetMethod)).Select(Property))
            .Concat(type.GetFields(Declared).Where(x => x.IsPublic || x.IsFamily)
                .Select(x => $"{(x.IsStatic ? "static " : "")}{TypeNames.Of(x.FieldType)} {x.Name} (field)"))
            .Concat(type.GetEvents(Declared).Where(x => Seen(x.AddMethod)).Select(x => $"event {TypeNames.Of(x.EventHandlerType!)} {x.Name}"))
            .Concat(type.GetMethods(Declared).Where(x => Seen(x) && IsListed(x)).Select(Method));

    // Accessors come with their property or event; operators are special names too.
    private static bool IsListed(MethodInfo method) => !method.IsSpecialName || method.Name.StartsWith("op_", StringComparison.Ordinal);

    private static bool Seen(MethodBase? method) => method is not null && (method.IsPublic || method.IsFamily || method.IsFamilyOrAssembly);

    private static string Modifiers(MethodBase method)
    {
        var kind = method.IsStatic ? "static " : method.IsAbstract ? "abstract " : method.IsVirtual && !method.IsFinal ? "virtual " : "";
        return (method.IsPublic ? "" : "protected ") + kind;
    }

    private string Property(PropertyInfo property)
    {
        var (getter, setter) = (property.GetMethod, property.SetMethod);
        var index = property.GetIndexParameters();
        var isInit = setter?.ReturnParameter.GetRequiredCustomModifiers().Contains(typeof(IsExternalInit)) == true;
        return Modifiers((Seen(getter) ? getter : setter)!)
            + $"{TypeNames.Of(property.PropertyType, nullability.Create(property))} {property.Name}"
            + (index.Length > 0 ? $"[{Parameters(index)}]" : "")
            + $" {{ {(Seen(getter) ? "get; " : "")}{(Seen(setter) ? isInit ? "init; " : "set; " : "")}}}";
    }

    private string Method(MethodInfo method)
    {
        var generic = method.IsGenericMethodDefinition ? method.GetGenericArguments() : [];
        return Modifiers(method)
            + $"{TypeNames.Of(method.ReturnType, Nullability(method.ReturnParameter))} {method.Name}"
            + (generic.Length > 0 ? $"<{string.Join(", ", generic.Select(x => x.Name))}>" : "")
            + $"({(method.IsDefined(typeof(ExtensionAttribute)) ? "this " : "")}{Parameters(method.GetParameters())})"
            + TypeNames.Constraints(generic);
    }

    private string Parameters(ParameterInfo[] parameters) => string.Join(", ", parameters.Select(Parameter));

    private string Parameter(ParameterInfo parameter)
    {
        var isParams = parameter.IsDefined(typeof(ParamArrayAttribute)) ? "params " : "";
        var direction = !parameter.ParameterType.IsByRef ? "" : parameter.IsOut ? "out " : parameter.IsIn ? "in " : "ref ";
        var type = TypeNames.Of(parameter.ParameterType, Nullability(parameter));
        return $"{isParams}{direction}{type} {parameter.Name}{(parameter.HasDefaultValue ? " = " + Default(parameter) : "")}";
    }

    private NullabilityInfo? Nullability(ParameterInfo parameter)
    {
        try
        {
            return nullability.Create(parameter);
        }
        catch (Exception e) when (e is NotSupportedException or IndexOutOfRangeException or ArgumentException)
        {
            return null;
        }
    }

    private static string Default(ParameterInfo parameter) => parameter.RawDefaultValue switch
    {
        null => parameter.ParameterType.IsValueType && Nullable.GetUnderlyingType(parameter.ParameterType) is null ? "default" : "null",
        string text => $"\"{text}\"",
        bool value => value ? "true" : "false",
        var value => Convert.ToString(value, CultureInfo.InvariantCulture)!,
    };
}

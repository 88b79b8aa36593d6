using System.Reflection;

namespace Distributed.Architecture.Tests.Api;

/// <summary>Types and generic constraints as the lists write them.</summary>
internal static class TypeNames
{
    private static readonly Dictionary<string, string> Keywords = new()
    {
        ["Void"] = "void",
        ["String"] = "string",
        ["Int32"] = "int",
        ["Int64"] = "long",
        ["Boolean"] = "bool",
        ["Object"] = "object",
        ["Single"] = "float",
        ["Double"] = "double",
        ["Byte"] = "byte",
    };

    /// <summary>The name of a use of a type; nullable references carry a question mark where that is known.</summary>
    public static string Of(Type type, NullabilityInfo? nullability = null)
    {
        if (type.IsByRef || type.IsArray || type.IsPointer)
        {
            var suffix = type.IsArray ? $"[{new string(',', type.GetArrayRank() - 1)}]" : type.IsPointer ? "*" : "";
            return Of(type.GetElementType()!) + suffix;
        }

        if (Nullable.GetUnderlyingType(type) is { } value)
        {
            return Of(value) + "?";
        }

        return type.IsGenericParameter ? type.Name : Named(type, nullability) + (nullability?.ReadState == NullabilityState.Nullable ? "?" : "");
    }

    public static string Constraints(Type[] parameters) => string.Concat(parameters.Select(Constraint));

    private static string Named(Type type, NullabilityInfo? nullability)
    {
        var name = Keywords.GetValueOrDefault(type.Name, type.Name);
        if (type.IsGenericType)
        {
            var arguments = type.GetGenericArguments().Select((x, i) => Of(x, nullability?.GenericTypeArguments.ElementAtOrDefault(i)));
            name = $"{Bare(name)}<{string.Join(", ", arguments)}>";
        }

        return type.DeclaringType is { } outer ? $"{Outer(outer)}.{name}" : name;
    }

    private static string Outer(Type type) => (type.DeclaringType is { } outer ? Outer(outer) + "." : "") + Bare(type.Name);

    private static string Bare(string name) => name.Split('`')[0];

    private static string Constraint(Type parameter)
    {
        var attributes = parameter.GenericParameterAttributes;
        var isStruct = attributes.HasFlag(GenericParameterAttributes.NotNullableValueTypeConstraint);
        List<string> constraints = [];
        if (isStruct)
        {
            constraints.Add("struct");
        }

        if (attributes.HasFlag(GenericParameterAttributes.ReferenceTypeConstraint))
        {
            constraints.Add("class");
        }

        constraints.AddRange(parameter.GetGenericParameterConstraints().Select(x => Of(x)));
        if (attributes.HasFlag(GenericParameterAttributes.DefaultConstructorConstraint) && !isStruct)
        {
            constraints.Add("new()");
        }

        return constraints.Count == 0 ? "" : $" where {parameter.Name} : {string.Join(", ", constraints)}";
    }
}

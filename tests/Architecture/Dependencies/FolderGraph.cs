using System.Reflection;
using System.Reflection.Emit;
using System.Runtime.CompilerServices;

namespace Distributed.Architecture.Tests.Dependencies;

/// <summary>Which folder (namespace) of an assembly uses which, read off what was compiled: signatures, attributes and the bodies of methods.</summary>
internal sealed class FolderGraph
{
    private const BindingFlags All = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;

    private static readonly Dictionary<short, OpCode> OpCodesByValue = typeof(OpCodes).GetFields(BindingFlags.Public | BindingFlags.Static)
        .Select(field => (OpCode)field.GetValue(null)!).ToDictionary(code => code.Value);

    // By folder: the folders that it uses, each with one example of who uses what.
    private readonly SortedDictionary<string, SortedDictionary<string, string>> edges = new(StringComparer.Ordinal);

    private FolderGraph()
    {
    }

    /// <summary>Reads an assembly.</summary>
    public static FolderGraph Of(Assembly assembly)
    {
        var graph = new FolderGraph();
        foreach (var type in assembly.GetTypes().Where(IsOurs))
        {
            foreach (var used in UsedBy(type).Where(used => used.Assembly == assembly && IsOurs(used)))
            {
                graph.Add(type.Namespace!, used.Namespace!, $"{Outermost(type).Name} -> {Outermost(used).Name}");
            }
        }

        return graph;
    }

    /// <summary>Adds an edge.</summary>
    /// <param name="from">A folder.</param>
    /// <param name="to">One that it uses.</param>
    /// <param name="example">Who uses what.</param>
    internal void Add(string from, string to, string example)
    {
        if (from != to)
        {
            edges.TryAdd(from, new(StringComparer.Ordinal));
            edges[from].TryAdd(to, example);
        }
    }

    /// <summary>An empty graph, for tests of the search.</summary>
    internal static FolderGraph Empty() => new();

    /// <summary>The folders that one uses.</summary>
    internal IEnumerable<string> Uses(string folder) => edges.TryGetValue(folder, out var uses) ? uses.Keys : [];

    /// <summary>The same with every sub-folder counted as part of the folder that it lies in.</summary>
    /// <param name="root">The project's namespace.</param>
    public FolderGraph Folded(string root)
    {
        var graph = new FolderGraph();
        string Top(string folder) => folder.Length > root.Length ? $"{root}.{folder[(root.Length + 1)..].Split('.')[0]}" : folder;
        foreach (var (from, uses) in edges)
        {
            foreach (var (to, example) in uses)
            {
                graph.Add(Top(from), Top(to), example);
            }
        }

        return graph;
    }

    /// <summary>The shortest circle, one line an edge; empty: there is none.</summary>
    public IReadOnlyList<string> ShortestCircle()
    {
        var best = edges.Keys.Select(PathBackTo).Where(path => path.Count > 0).MinBy(path => path.Count) ?? [];
        return [.. best.Zip(best.Skip(1)).Select(edge => $"{edge.First} uses {edge.Second}: {edges[edge.First][edge.Second]}")];
    }

    // Breadth first from a folder until it comes round.
    private List<string> PathBackTo(string start)
    {
        var before = new Dictionary<string, string>(StringComparer.Ordinal);
        var queue = new Queue<string>([start]);
        while (queue.TryDequeue(out var at))
        {
            foreach (var next in edges.TryGetValue(at, out var uses) ? uses.Keys : Enumerable.Empty<string>())
            {
                if (next == start)
                {
                    return Walk(before, start, at);
                }

                if (before.TryAdd(next, at))
                {
                    queue.Enqueue(next);
                }
            }
        }

        return [];
    }

    private static List<string> Walk(Dictionary<string, string> before, string start, string last)
    {
        var path = new List<string> { start, last };
        while (path[^1] != start)
        {
            path.Add(before[path[^1]]);
        }

        path.Reverse();
        return path;
    }

    private static bool IsOurs(Type type) => type.Namespace?.StartsWith("Distributed.", StringComparison.Ordinal) == true && !Outermost(type).IsDefined(typeof(CompilerGeneratedAttribute));

    private static Type Outermost(Type type) => type.DeclaringType is { } outer ? Outermost(outer) : type;

    private static IEnumerable<Type> UsedBy(Type type)
    {
        var used = new List<Type?> { type.BaseType };
        used.AddRange(type.GetInterfaces());
        used.AddRange(type.GetFields(All).Select(field => field.FieldType));
        used.AddRange(Constraints(type.GetGenericArguments()));
        used.AddRange(InAttributes(type));
        used.AddRange(type.GetMembers(All).Where(member => member is not Type).SelectMany(InAttributes));
        foreach (var method in type.GetMethods(All).Cast<MethodBase>().Concat(type.GetConstructors(All)))
        {
            used.AddRange(Signature(method));
            used.AddRange(method.IsGenericMethod ? Constraints(method.GetGenericArguments()) : []);
            used.AddRange(method.GetParameters().SelectMany(parameter => InAttributes(parameter.GetCustomAttributesData())));
            used.AddRange(InBody(method));
        }

        return used.OfType<Type>().SelectMany(Parts).Distinct();
    }

    private static IEnumerable<Type> Constraints(Type[] arguments)
        => arguments.Where(argument => argument.IsGenericParameter).SelectMany(argument => argument.GetGenericParameterConstraints());

    private static IEnumerable<Type> Signature(MemberInfo member) => member switch
    {
        FieldInfo field => [field.FieldType],
        MethodBase method => [.. method.GetParameters().Select(parameter => parameter.ParameterType), (method as MethodInfo)?.ReturnType ?? typeof(void)],
        _ => [],
    };

    private static IEnumerable<Type> InAttributes(MemberInfo member) => InAttributes(member.GetCustomAttributesData());

    private static IEnumerable<Type> InAttributes(IEnumerable<CustomAttributeData> attributes)
        => attributes.SelectMany(attribute => attribute.ConstructorArguments
            .Concat(attribute.NamedArguments.Select(named => named.TypedValue)).SelectMany(InArgument).Prepend(attribute.AttributeType));

    // The types that an attribute is given with typeof, and those of its enums.
    private static IEnumerable<Type> InArgument(CustomAttributeTypedArgument argument) => argument.Value switch
    {
        Type type => [type],
        IEnumerable<CustomAttributeTypedArgument> several => several.SelectMany(InArgument),
        _ => [argument.ArgumentType],
    };

    // A type with its arguments and elements.
    private static IEnumerable<Type> Parts(Type type)
    {
        if (type.HasElementType)
        {
            return Parts(type.GetElementType()!);
        }

        return type.IsGenericParameter ? [] : type.IsGenericType
            ? type.GetGenericArguments().SelectMany(Parts).Prepend(type.GetGenericTypeDefinition())
            : [type];
    }

    private static IEnumerable<Type> InBody(MethodBase method)
    {
        if (method.GetMethodBody() is not { } body)
        {
            yield break;
        }

        foreach (var local in body.LocalVariables)
        {
            yield return local.LocalType;
        }

        foreach (var clause in body.ExceptionHandlingClauses.Where(clause => clause.Flags == ExceptionHandlingClauseOptions.Clause))
        {
            yield return clause.CatchType ?? typeof(object);
        }

        foreach (var member in Members(method, body.GetILAsByteArray()!))
        {
            yield return member as Type ?? member.DeclaringType ?? typeof(object);
            // What a chain of calls passes on without a local is used too.
            foreach (var passed in Signature(member))
            {
                yield return passed;
            }

            foreach (var argument in member is MethodInfo { IsGenericMethod: true } generic ? generic.GetGenericArguments() : [])
            {
                yield return argument;
            }
        }
    }

    private static IEnumerable<MemberInfo> Members(MethodBase method, byte[] il)
    {
        var types = method.DeclaringType!.IsGenericType ? method.DeclaringType.GetGenericArguments() : null;
        var arguments = method.IsGenericMethod ? method.GetGenericArguments() : null;
        for (var at = 0; at < il.Length;)
        {
            var code = il[at] == 0xFE ? OpCodesByValue[(short)((il[at] << 8) | il[at + 1])] : OpCodesByValue[il[at]];
            at += code.Size;
            if (code.OperandType is OperandType.InlineMethod or OperandType.InlineField or OperandType.InlineType or OperandType.InlineTok)
            {
                yield return method.Module.ResolveMember(BitConverter.ToInt32(il, at), types, arguments)!;
            }

            at += code.OperandType switch
            {
                OperandType.InlineNone => 0,
                OperandType.ShortInlineBrTarget or OperandType.ShortInlineI or OperandType.ShortInlineVar => 1,
                OperandType.InlineVar => 2,
                OperandType.InlineI8 or OperandType.InlineR => 8,
                OperandType.InlineSwitch => 4 + (4 * BitConverter.ToInt32(il, at)),
                _ => 4,
            };
        }
    }
}

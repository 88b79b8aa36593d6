using Distributed.Architecture.Tests.Source;

namespace Distributed.Architecture.Tests.Api;

/// <summary>Public signatures of a real package, by type.</summary>
internal sealed class ApiList
{
    private readonly Dictionary<string, ApiType> types = [];

    public IEnumerable<ApiType> Types => types.Values;

    /// <summary>The committed lines that <c>compat/</c> needs of one package.</summary>
    public static string PathOf(string name) => Path.Combine(Repository.Root, "tests", "Architecture", "api", name + ".txt");

    public static ApiList Read(params IEnumerable<string> paths)
    {
        var list = new ApiList();
        foreach (var path in paths.Where(File.Exists))
        {
            list.Add(File.ReadLines(path).Where(x => x.Length > 0 && !x.StartsWith('#')));
        }

        return list;
    }

    public static ApiList Of(IEnumerable<ApiType> types)
    {
        var list = new ApiList();
        foreach (var type in types)
        {
            list.Add(type);
        }

        return list;
    }

    /// <summary>What the type has and the list lacks; empty when it has nothing of its own.</summary>
    public IEnumerable<string> Missing(ApiType type)
    {
        if (!types.TryGetValue(type.Head, out var known))
        {
            return [$"{type.Head}: no such type"];
        }

        return type.Bases.Except(known.Bases).Select(x => $"{type.Head}: no such base: {x}")
            .Concat(type.Members.Except(known.Members).Select(x => $"{type.Head}: no such member: {x}"));
    }

    /// <summary>The lines of this list that these types need: each type's own line whole, and the members they have.</summary>
    public IEnumerable<ApiType> Needed(IEnumerable<ApiType> used)
        => from type in used
           where types.ContainsKey(type.Head)
           let known = types[type.Head]
           orderby Name(type.Head)
           select known with { Members = [.. known.Members.Intersect(type.Members)] };

    private static string Name(string head) => head.Split(' ').First(x => x is not ("static" or "abstract" or "sealed" or "class" or "interface" or "struct" or "enum" or "delegate"));

    private void Add(IEnumerable<string> lines)
    {
        string? head = null;
        List<string> members = [];
        foreach (var line in lines.Append(""))
        {
            if (line.StartsWith(' '))
            {
                members.Add(line.Trim());
                continue;
            }

            if (head is not null)
            {
                Add(ApiType.Parse(head, members));
            }

            (head, members) = (line, []);
        }
    }

    // One name in several assemblies (Grpc.Core.AsyncStreamReaderExtensions is in two) is one type here.
    private void Add(ApiType type)
        => types[type.Head] = types.TryGetValue(type.Head, out var known)
            ? type with { Bases = [.. known.Bases.Union(type.Bases)], Members = [.. known.Members.Union(type.Members)] }
            : type;
}

namespace Distributed.Architecture.Tests.Api;

/// <summary>A public type in the lists' words.</summary>
/// <param name="Head">Kind, full name and constraints.</param>
/// <param name="Bases">Base type and interfaces.</param>
/// <param name="Members">Public and protected members, one line each.</param>
internal sealed record ApiType(string Head, IReadOnlyList<string> Bases, IReadOnlyList<string> Members)
{
    public IEnumerable<string> Lines()
    {
        var (name, constraints) = Cut(Head, " where ");
        yield return name + (Bases.Count > 0 ? " : " + string.Join(", ", Bases) : "") + constraints;
        foreach (var member in Members.Order(StringComparer.Ordinal))
        {
            yield return "    " + member;
        }
    }

    /// <summary>Reads a type's line, with or without the assembly in brackets, and the member lines below it.</summary>
    public static ApiType Parse(string line, IReadOnlyList<string> members)
    {
        var text = line.StartsWith('[') ? line[(line.IndexOf(']', StringComparison.Ordinal) + 2)..] : line;
        var (declared, constraints) = Cut(text, " where ");
        var (name, bases) = Cut(declared, " : ");
        return new ApiType(name + constraints, bases.Length == 0 ? [] : SplitTypes(bases[3..]), members);
    }

    private static (string Before, string FromThere) Cut(string text, string at)
    {
        var index = text.IndexOf(at, StringComparison.Ordinal);
        return index < 0 ? (text, "") : (text[..index], text[index..]);
    }

    // Commas inside angle brackets belong to one type.
    private static List<string> SplitTypes(string list)
    {
        var (types, depth, start) = (new List<string>(), 0, 0);
        for (var i = 0; i < list.Length; i++)
        {
            depth += list[i] switch { '<' => 1, '>' => -1, _ => 0 };
            if (list[i] == ',' && depth == 0)
            {
                types.Add(list[start..i]);
                start = i + 2;
            }
        }

        types.Add(list[start..]);
        return types;
    }
}

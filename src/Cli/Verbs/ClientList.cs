using System.Collections.Immutable;
using System.Globalization;

namespace Distributed.Cli.Verbs;

/// <summary>Client ids as people write them: <c>0,3,5-9</c>.</summary>
internal static class ClientList
{
    // A range that was meant is far below this; one that was mistyped must not fill the memory.
    private const int Longest = 1_000_000;

    /// <summary>Reads a list; empty text is the empty list.</summary>
    public static bool TryParse(string text, out ImmutableArray<int> clients)
    {
        var ids = new SortedSet<int>();
        clients = [];
        foreach (var part in text.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            var ends = part.Split('-');
            if (ends.Length > 2 || !TryNumber(ends[0], out var first) || !TryNumber(ends[^1], out var last) || last < first || last - first >= Longest)
            {
                return false;
            }

            ids.UnionWith(Enumerable.Range(first, last - first + 1));
        }

        clients = [.. ids];
        return true;
    }

    private static bool TryNumber(string text, out int number) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number);
}

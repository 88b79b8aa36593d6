using System.Globalization;
using System.Text;

namespace Distributed.Algorithms.Tensors;

/// <summary>Names from outside, made safe for messages: quoted, escaped and cut.</summary>
public static class Printable
{
    private const int Longest = 80;

    /// <summary>The name in quotes, control characters, surrogates and direction marks escaped, cut at 80 characters.</summary>
    /// <param name="name">The name as it came.</param>
    public static string Of(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        var text = new StringBuilder("'");
        foreach (var c in name.AsSpan(0, Math.Min(name.Length, Longest)))
        {
            // Everything that could move a terminal's cursor or reorder its text: controls, direction marks, lone surrogates.
            if (char.IsControl(c) || char.IsSurrogate(c) || char.GetUnicodeCategory(c) is UnicodeCategory.Format)
                text.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}");
            else
                text.Append(c);
        }
        return text.Append(name.Length > Longest ? "…'" : "'").ToString();
    }
}

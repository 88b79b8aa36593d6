using System.Text;

namespace Distributed.Architecture.Tests.Source;

/// <summary>A C# file and its code with comments and the insides of literals blanked, line for line.</summary>
internal sealed record SourceFile(string Path, string Text, string Code)
{
    /// <summary>Path parts below the top-level folder's project folder, without the file.</summary>
    public string[] Folders => Path.Split('/')[2..^1];

    public string Name => System.IO.Path.GetFileName(Path);

    public static SourceFile Read(string root, string path)
    {
        var text = File.ReadAllText(path);
        return new SourceFile(System.IO.Path.GetRelativePath(root, path).Replace('\\', '/'), text, Blank(text));
    }

    public int LineOf(int position) => 1 + Code.AsSpan(0, position).Count('\n');

    /// <summary>Replaces comments and literals by spaces; what stands in an interpolation's braces goes with its string.</summary>
    internal static string Blank(string text)
    {
        var code = new StringBuilder(text);
        for (var i = 0; i < text.Length;)
        {
            var end = LiteralEnd(text, i);
            for (var at = i; at < end; at++)
            {
                code[at] = text[at] == '\n' ? '\n' : ' ';
            }

            i = Math.Max(end, i + 1);
        }

        return code.ToString();
    }

    // Where the comment or literal that begins at this position ends; the position itself when none begins.
    private static int LiteralEnd(string text, int at) => text[at] switch
    {
        '/' when Next(text, at) == '/' => Until(text, at, "\n"),
        '/' when Next(text, at) == '*' => Until(text, at + 2, "*/") + 2,
        '\'' => Quoted(text, at + 1, '\''),
        '"' when text.AsSpan(at).StartsWith("\"\"\"") => Raw(text, at),
        '"' when Verbatim(text, at) => VerbatimEnd(text, at + 1),
        '"' => Quoted(text, at + 1, '"'),
        _ => at,
    };

    private static char Next(string text, int at) => at + 1 < text.Length ? text[at + 1] : '\0';

    private static int Until(string text, int from, string what)
    {
        var at = text.IndexOf(what, from, StringComparison.Ordinal);
        return at < 0 ? text.Length : at;
    }

    private static bool Verbatim(string text, int at)
        => (at > 0 && text[at - 1] == '@') || (at > 1 && text[at - 1] == '$' && text[at - 2] == '@');

    private static int VerbatimEnd(string text, int from)
    {
        for (var i = from; i < text.Length; i++)
        {
            if (text[i] == '"')
            {
                if (Next(text, i) != '"')
                {
                    return i + 1;
                }

                i++;
            }
        }

        return text.Length;
    }

    private static int Quoted(string text, int from, char quote)
    {
        for (var i = from; i < text.Length && text[i] != '\n'; i++)
        {
            if (text[i] == '\\')
            {
                i++;
            }
            else if (text[i] == quote)
            {
                return i + 1;
            }
        }

        return from;
    }

    private static int Raw(string text, int at)
    {
        var quotes = text.AsSpan(at).IndexOfAnyExcept('"');
        return Math.Min(text.Length, Until(text, at + quotes, new string('"', quotes)) + quotes);
    }
}

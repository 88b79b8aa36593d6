using System.Text;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace Distributed.Architecture.Tests.Source;

/// <summary>A C# file and its code with comments and literals blanked, line for line.</summary>
internal sealed record SourceFile(string Path, string Text, string Code)
{
    private static readonly CSharpParseOptions Newest = new(LanguageVersion.Preview);

    private static readonly HashSet<SyntaxKind> Comments =
    [
        SyntaxKind.SingleLineCommentTrivia, SyntaxKind.MultiLineCommentTrivia,
        SyntaxKind.SingleLineDocumentationCommentTrivia, SyntaxKind.MultiLineDocumentationCommentTrivia,
    ];

    private static readonly HashSet<SyntaxKind> Literals =
    [
        SyntaxKind.StringLiteralToken, SyntaxKind.SingleLineRawStringLiteralToken, SyntaxKind.MultiLineRawStringLiteralToken,
        SyntaxKind.Utf8StringLiteralToken, SyntaxKind.Utf8SingleLineRawStringLiteralToken, SyntaxKind.Utf8MultiLineRawStringLiteralToken,
        SyntaxKind.CharacterLiteralToken, SyntaxKind.InterpolatedStringTextToken,
    ];

    /// <summary>Path parts below the top-level folder's project folder, without the file.</summary>
    public string[] Folders => Path.Split('/')[2..^1];

    public string Name => System.IO.Path.GetFileName(Path);

    public static SourceFile Read(string root, string path)
    {
        var text = File.ReadAllText(path);
        return new SourceFile(System.IO.Path.GetRelativePath(root, path).Replace('\\', '/'), text, Blank(text));
    }

    public int LineOf(int position) => 1 + Code.AsSpan(0, position).Count('\n');

    /// <summary>Replaces comments and literals by spaces; the code in an interpolation's braces stays.</summary>
    internal static string Blank(string text)
    {
        var code = new StringBuilder(text);
        var root = CSharpSyntaxTree.ParseText(text, Newest).GetRoot();
        var silent = root.DescendantTrivia().Where(trivia => Comments.Contains(trivia.Kind())).Select(trivia => trivia.FullSpan)
            .Concat(root.DescendantTokens().Where(token => Literals.Contains(token.Kind())).Select(token => token.Span));
        foreach (var at in silent.SelectMany(span => Enumerable.Range(span.Start, span.Length)).Where(at => text[at] != '\n'))
        {
            code[at] = ' ';
        }

        return code.ToString();
    }
}

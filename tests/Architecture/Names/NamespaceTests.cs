using System.Text.RegularExpressions;
using Distributed.Architecture.Tests.Source;
using Xunit;

namespace Distributed.Architecture.Tests.Names;

/// <summary>A namespace is the path of its folder.</summary>
public sealed partial class NamespaceTests
{
    [Fact]
    public void Namespace_IsThePathOfItsFolder()
    {
        var wrong = from file in Repository.Files("src").Concat(Repository.Files("tests"))
                    let match = Declaration().Match(file.Code)
                    where match.Success && match.Groups[1].Value != Expected(file)
                    select $"{file.Path}: {match.Groups[1].Value} should be {Expected(file)}";

        Findings.None(wrong);
    }

    [Fact]
    public void Namespace_IsFileScoped()
        => Findings.None(Repository.Files("src").Concat(Repository.Files("tests")).Where(x => Block().IsMatch(x.Code)).Select(x => x.Path));

    private static string Expected(SourceFile file)
    {
        var parts = file.Path.Split('/');
        var root = parts[0] == "tests" ? $"Distributed.{parts[1]}.Tests" : $"Distributed.{parts[1]}";
        return string.Join('.', file.Folders.Prepend(root));
    }

    [GeneratedRegex(@"^namespace ([\w.]+);", RegexOptions.Multiline)]
    private static partial Regex Declaration();

    [GeneratedRegex(@"^namespace [\w.]+\s*\{", RegexOptions.Multiline)]
    private static partial Regex Block();
}

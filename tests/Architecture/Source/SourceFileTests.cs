using Xunit;

namespace Distributed.Architecture.Tests.Source;

public sealed class SourceFileTests
{
    [Theory]
    [InlineData("a; // DateTime.Now", "a;")]
    [InlineData("a; /* b\nc */ d;", "a;\nd;")]
    [InlineData("x = \"Thread.Sleep \\\" y\"; z", "x =; z")]
    [InlineData("x = @\"a\"\"b\"; z", "x =; z")]
    [InlineData("x = $\"b {a} c\"; z", "x = $\" {a} \"; z")]
    [InlineData("x = \"\"\"a \"b\" c\"\"\"; z", "x =; z")]
    [InlineData("c = '\"'; d = '\\''; e", "c =; d =; e")]
    [InlineData("/// <summary>don't</summary>\nint a;", "\nint a;")]
    public void Code_HasNoCommentsAndNoLiterals(string text, string expected)
    {
        var code = SourceFile.Blank(text);

        Assert.Equal(text.Length, code.Length);
        Assert.Equal(Squeeze(expected), Squeeze(code));
    }

    private static string Squeeze(string text)
        => string.Join('\n', text.Split('\n').Select(line => string.Join(' ', line.Split(' ', StringSplitOptions.RemoveEmptyEntries)).Replace(" ;", ";", StringComparison.Ordinal)));
}

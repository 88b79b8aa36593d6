using System.Text;
using Distributed.Node.Data.Text;
using Xunit;

namespace Distributed.Node.Tests.Data;

public sealed class TextFolderTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("text-").FullName;
    private readonly List<string> problems = [];

    [Fact]
    public void Folder_OfFilesAndFolders_HasADomainForEach()
    {
        Write("b.txt", "two"u8);
        Write("a/2.txt", " text"u8);
        Write("a/1.txt", "one"u8);
        Write(".hidden", [0xFF]);

        var domains = TextFolder.Read(folder, problems)!;

        Assert.Equal(["a one text", "b two"], domains.Select(domain => $"{domain.Name} {Encoding.UTF8.GetString(domain.Bytes)}"));
    }

    [Theory]
    [InlineData("utf-8")]
    [InlineData("utf-16")]
    [InlineData("utf-16BE")]
    public void File_WithByteOrderMark_IsReadInItsEncoding(string name)
    {
        var encoding = Encoding.GetEncoding(name);
        Write("a.txt", [.. encoding.GetPreamble(), .. encoding.GetBytes("Grüße")]);

        Assert.Equal("Grüße", Encoding.UTF8.GetString(Assert.Single(TextFolder.Read(folder, problems)!).Bytes));
    }

    [Fact]
    public void File_NotUtf8_IsNamedWithItsLine()
    {
        Write("a.txt", [.. "one\ntwo "u8, 0xE4, .. "\nthree"u8]);

        Assert.Null(TextFolder.Read(folder, problems));
        Assert.Equal($"{Path.Combine(folder, "a.txt")} line 2: is not text in UTF-8 (or in UTF-16 with a byte order mark)", Assert.Single(problems));
    }

    [Fact]
    public void JsonLines_OfTexts_AreReadOneBehindTheOther()
    {
        Write("a.jsonl", "{ \"text\": \"Gr\\u00fc\\u00dfe\", \"id\": 1 }\r\n\n{\"text\":\"two\"}"u8);

        Assert.Equal("Grüße\ntwo\n", Encoding.UTF8.GetString(Assert.Single(TextFolder.Read(folder, problems)!).Bytes));
    }

    [Fact]
    public void JsonLines_WithWrongLines_NameThem()
    {
        Write("a.jsonl", "{ \"text\": \"one\" }\n{ \"body\": \"two\" }\n{ \"text\": 3 }\nfour"u8);

        Assert.Null(TextFolder.Read(folder, problems));
        var file = Path.Combine(folder, "a.jsonl");
        Assert.Equal([$"{file} line 2: has no text under \"text\"", $"{file} line 3: has no text under \"text\"", $"{file} line 4: is no JSON object"], problems);
    }

    [Fact]
    public void Folder_WithoutText_IsAProblem()
    {
        Assert.Null(TextFolder.Read(folder, problems));
        Assert.Null(TextFolder.Read(Path.Combine(folder, "none"), problems));
        Assert.Equal(2, problems.Count);
    }

    [Fact]
    public void Domain_ThatIsThereTwice_IsAProblem()
    {
        Write("a.txt", "x"u8);
        Write("a/1.txt", "y"u8);

        Assert.Null(TextFolder.Read(folder, problems));
        Assert.Contains("domain a is there twice", Assert.Single(problems), StringComparison.Ordinal);
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);

    private void Write(string name, ReadOnlySpan<byte> bytes)
    {
        var path = Path.Combine(folder, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllBytes(path, bytes);
    }
}

using System.Text.RegularExpressions;

namespace Distributed.Cli.Tests.Documents;

public sealed partial class GuaranteesTests
{
    [Fact]
    public void Page_OfTheGuarantees_NamesTestsThatExist()
    {
        var source = string.Concat(Directory.EnumerateFiles(Path.Combine(Repository.Root, "tests"), "*Tests.cs", SearchOption.AllDirectories).Select(File.ReadAllText));
        var named = TestName().Matches(File.ReadAllText(Path.Combine(Repository.Root, "docs", "guarantees.md"))).Select(match => match.Groups[1].Value).ToArray();
        Assert.NotEmpty(named);
        Assert.All(named, name => Assert.Contains($" {name}(", source, StringComparison.Ordinal));
    }

    [GeneratedRegex("`([A-Za-z0-9]+_[A-Za-z0-9]+_[A-Za-z0-9]+)`")]
    private static partial Regex TestName();
}

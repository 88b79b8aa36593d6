using System.Text.RegularExpressions;
using Distributed.Architecture.Tests.Source;
using Xunit;

namespace Distributed.Architecture.Tests.Names;

/// <summary>Test names read Subject_Condition_Result; the condition may be missing or come in two parts.</summary>
public sealed partial class TestNameTests
{
    [Fact]
    public void Tests_AreNamedBySubjectConditionAndResult()
    {
        var wrong = from file in Repository.Files("tests")
                    from Match match in Test().Matches(file.Code)
                    let name = match.Groups[1].Value
                    where !Shape().IsMatch(name)
                    select $"{file.Path}:{file.LineOf(match.Index)}: {name}";

        Findings.None(wrong);
    }

    [Theory]
    [InlineData("[Fact]\n    public void A_B_C()", "A_B_C")]
    [InlineData("[Theory]\n    [InlineData( , 1)]\n    [InlineData(typeof(X))]\n    public async Task A_Is1(int x)", "A_Is1")]
    [InlineData("[Theory, MemberData(nameof(Names))]\n    public Task Wrong(", "Wrong")]
    public void Test_IsRecognised(string code, string name) => Assert.Equal(name, Test().Match(code).Groups[1].Value);

    [GeneratedRegex(@"\[(?:Fact|Theory)\b[^\n]*\n(?:\s*\[[^\n]*\n)*\s*public (?:static )?(?:async )?[\w<>.]+ (\w+)\(")]
    private static partial Regex Test();

    [GeneratedRegex("^[A-Z][A-Za-z0-9]*(_[A-Z0-9][A-Za-z0-9]*){1,3}$")]
    private static partial Regex Shape();
}

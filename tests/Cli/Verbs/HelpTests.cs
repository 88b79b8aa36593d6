using Distributed.Cli.Output;

namespace Distributed.Cli.Tests.Verbs;

/// <summary>The command's surface is frozen: a change of it shows as a change of these files.</summary>
public sealed class HelpTests
{
    public static TheoryData<string> Verbs => ["", "simulate", "coordinator", "node", "run", "status", "ls", "stop", "resume", "report", "merge", "generate", "verify", "provision", "check", "config", "config check"];

    [Theory]
    [MemberData(nameof(Verbs))]
    public async Task Help_OfEveryVerb_IsTheGoldenFile(string verb)
    {
        using var process = new DistProcess([.. verb.Split(' ', StringSplitOptions.RemoveEmptyEntries), "--help"]);
        var ended = await process.EndAsync();
        Assert.Equal(ExitCode.Done, ended.ExitCode);
        Repository.AssertHolds($"tests/Cli/Golden/help{(verb.Length == 0 ? "" : "-" + verb.Replace(' ', '-'))}.txt", ended.Out);
    }
}

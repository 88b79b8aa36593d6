using Distributed.Algorithms;
using Distributed.Cli.Output;
using Distributed.Node.Training;

namespace Distributed.Cli.Tests.Documents;

public sealed class ReadmeTests
{
    public static TheoryData<string> Plugins => [.. Registry.Aggregators.Select(aggregator => aggregator.Name)
        .Concat(NodeSpecs.Sources).Concat(NodeSpecs.Partitions).Concat(NodeSpecs.Models).Concat(NodeSpecs.Optimizers)];

    [Theory]
    [MemberData(nameof(Plugins))]
    public void Readme_OfThePlugins_HasARowForEach(string name) =>
        Assert.Contains($"| `{name}` |", File.ReadAllText(Path.Combine(Repository.Root, "README.md")), StringComparison.Ordinal);

    [Fact]
    public async Task Examples_InTheirFolder_AreValidRunFiles()
    {
        foreach (var example in Directory.EnumerateFiles(Path.Combine(Repository.Root, "examples"), "*.yaml"))
        {
            var ended = await Invocation.RunAsync("config", "check", example, "--set", "data.path=x");
            Assert.True(ended.ExitCode == ExitCode.Done, ended.Error);
        }
    }

    [Fact]
    public void Contributing_IsShort() =>
        Assert.InRange(File.ReadAllLines(Path.Combine(Repository.Root, "CONTRIBUTING.md")).Length, 1, 100);
}

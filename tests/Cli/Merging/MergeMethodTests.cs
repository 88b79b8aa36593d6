using Distributed.Algorithms;
using Distributed.Cli.Merging;
using Distributed.Cli.Output;

namespace Distributed.Cli.Tests.Merging;

public sealed class MergeMethodTests
{
    public static TheoryData<string> Names => [.. MergeMethod.All.Select(method => method.Name)];

    [Fact]
    public void Methods_HaveEveryTensorMerger() =>
        Assert.Empty(Registry.Mergers.Select(merger => merger.Name).Except(MergeMethod.All.Select(method => method.Name)));

    [Fact]
    public async Task List_OfTheMethods_HasEachWithItsParameters()
    {
        var ended = await Invocation.RunAsync("merge", "--list");
        Assert.Equal(ExitCode.Done, ended.ExitCode);
        Assert.All(MergeMethod.All, method => Assert.Contains($"\n{method.Name} ", "\n" + ended.Out, StringComparison.Ordinal));
        Assert.Contains("--set density=1 lambda=1 normalize=true", ended.Out, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Readme_HasARowForEachMethod(string name) =>
        Assert.Contains($"`{name}`", File.ReadAllText(Path.Combine(Repository.Root, "README.md")), StringComparison.Ordinal);
}

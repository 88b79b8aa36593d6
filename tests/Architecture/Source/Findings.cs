using Xunit;

namespace Distributed.Architecture.Tests.Source;

/// <summary>Fails with every finding in full: xunit's own message cuts them.</summary>
internal static class Findings
{
    public static void None(IEnumerable<string> found)
    {
        string[] all = [.. found];
        Assert.True(all.Length == 0, string.Join('\n', all.Prepend($"{all.Length} found:")));
    }
}

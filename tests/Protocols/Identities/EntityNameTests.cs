using Distributed.Protocols.Identities;
using Distributed.Protocols.Refusals;
using Xunit;

namespace Distributed.Protocols.Tests.Identities;

public sealed class EntityNameTests
{
    [Theory]
    [InlineData("a")]
    [InlineData("run-2026-11-21")]
    public void Check_ValidName_Passes(string name) => Assert.Null(EntityName.Check("run id", name));

    [Theory]
    [InlineData("")]
    [InlineData(null)]
    [InlineData("../../etc/passwd")]
    [InlineData("a\n")]
    [InlineData("a\u001b[31m")]
    [InlineData("A")]
    [InlineData("a\u202Eb")]
    [InlineData("nul\0")]
    public void Check_HostileName_IsRefusedWithoutRepeatingIt(string? name)
    {
        var refusal = EntityName.Check("run id", name);
        Assert.Equal(RefusalCode.NameInvalid, refusal!.Code);
        Assert.True(string.IsNullOrEmpty(name) || name == "A" || !refusal.Message.Contains(name, StringComparison.Ordinal));
    }

    [Fact]
    public void Check_Length_IsBounded()
    {
        Assert.True(EntityName.IsValid(new string('a', 63)));
        Assert.False(EntityName.IsValid(new string('a', 64)));
    }
}

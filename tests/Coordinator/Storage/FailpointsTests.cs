using Distributed.Coordinator.Storage;

namespace Distributed.Coordinator.Tests.Storage;

public sealed class FailpointsTests
{
    [Fact]
    public void Hit_NotArmed_Passes()
    {
        Failpoints.None.Hit(Failpoint.CommitAfterManifest, 3);
        Failpoints.Parse("CommitAfterManifest@round=4:disk-full").Hit(Failpoint.CommitAfterManifest, 3);
        Failpoints.Parse("CommitAfterManifest@round=4:disk-full").Hit(Failpoint.CommitAfterManifest);
    }

    [Fact]
    public void Hit_RoundAndCount_FailsThereOnly()
    {
        var failpoints = Failpoints.Parse("SpoolBeforeWrite@round=2@hit=3:disk-full; StateBeforeWrite:disk-full");
        failpoints.Hit(Failpoint.SpoolBeforeWrite, 1);
        failpoints.Hit(Failpoint.SpoolBeforeWrite, 2);
        failpoints.Hit(Failpoint.SpoolBeforeWrite, 2);
        Assert.True(DiskErrors.IsFull(Assert.Throws<IOException>(() => failpoints.Hit(Failpoint.SpoolBeforeWrite, 2))));
        failpoints.Hit(Failpoint.SpoolBeforeWrite, 2);
        Assert.Throws<IOException>(() => failpoints.Hit(Failpoint.StateBeforeWrite));
    }

    [Theory]
    [InlineData("Nowhere:kill")]
    [InlineData("StateBeforeWrite")]
    [InlineData("StateBeforeWrite:explode")]
    [InlineData("StateBeforeWrite@round=x:kill")]
    public void Parse_Mistake_Throws(string text) => Assert.Throws<FormatException>(() => Failpoints.Parse(text));
}

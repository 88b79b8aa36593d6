using Distributed.Node.Connection;
using Xunit;

namespace Distributed.Node.Tests.Session;

public sealed class BackoffTests
{
    private static readonly Backoff Backoff = new(TimeSpan.FromMilliseconds(100), TimeSpan.FromSeconds(5));

    [Theory]
    [InlineData(1, 0.0, 50)]
    [InlineData(1, 1.0, 100)]
    [InlineData(3, 1.0, 400)]
    [InlineData(7, 1.0, 5000)]
    [InlineData(1_000_000, 0.0, 2500)]
    public void Delay_DoublesUpToTheMaximum_WithJitter(int failures, double uniform, int milliseconds) =>
        Assert.Equal(milliseconds, Backoff.Delay(failures, uniform).TotalMilliseconds, 6);
}

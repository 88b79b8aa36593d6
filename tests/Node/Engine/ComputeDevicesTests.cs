using Distributed.Node.Engine;
using Xunit;

namespace Distributed.Node.Tests.Engine;

public sealed class ComputeDevicesTests
{
    [Theory]
    [InlineData("cpu", "auto", "cpu")]
    [InlineData("cpu cuda:0 cuda:1", "auto", "cuda:0")]
    [InlineData("cpu mps", "auto", "cpu")]
    [InlineData("", "auto", "cpu")]
    [InlineData("cpu cuda:0", "cpu", "cpu")]
    [InlineData("cpu cuda:0 cuda:1", "cuda:1", "cuda:1")]
    [InlineData("cpu mps", "mps", "mps")]
    [InlineData("cpu", "cuda:0", null)]
    [InlineData("cpu cuda:0", "cuda:1", null)]
    [InlineData("cpu", "mps", null)]
    public void Find_WhatARunAsksFor_IsOneOfTheListOrNone(string list, string asked, string? expected) =>
        Assert.Equal(expected, new ComputeDevices(() => list.Split(' ', StringSplitOptions.RemoveEmptyEntries)).Find(asked));

    [Fact]
    public void Names_OfThisProcess_BeginWithTheProcessor() => Assert.Equal("cpu", ComputeDevices.OfThisProcess.Names[0]);

    [Fact]
    public void Find_SeveralTimes_ListsOnce()
    {
        var asked = 0;
        var devices = new ComputeDevices(() =>
        {
            asked++;
            return ["cpu"];
        });

        Assert.Equal(0, asked);
        Assert.Equal(("cpu", null, "cpu"), (devices.Find("auto"), devices.Find("cuda:0"), devices.ToString()));
        Assert.Equal(1, asked);
    }
}

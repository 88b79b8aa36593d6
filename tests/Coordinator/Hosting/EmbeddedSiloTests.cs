using System.Globalization;
using System.Net;
using Distributed.Coordinator.Tests.Runs;
using Distributed.Coordinator.Tests.Support;
using Distributed.Protocols.V1;

namespace Distributed.Coordinator.Tests.Hosting;

[Collection(WholeProcess.Name)]
public sealed class EmbeddedSiloTests
{
    private const string Listening = "0A";

    [Fact]
    public async Task Coordinators_SideBySide_KnowNothingOfEachOther()
    {
        using var folders = new TempFolder();
        await using var first = await RunningCoordinator.StartAsync(Path.Combine(folders.Path, "first"));
        await using var second = await RunningCoordinator.StartAsync(Path.Combine(folders.Path, "second"));
        await using var here = await first.Node("node-a").StartAsync();
        await using var there = await second.Node("node-a").StartAsync();

        var (run, other) = (await first.SubmitAsync(WholeRunTests.Spec(2, 3)), await second.SubmitAsync(WholeRunTests.Spec(2, 3)));
        var ends = await Task.WhenAll(first.FollowAsync(run), second.FollowAsync(other));

        Assert.All(ends, end => Assert.Equal(("completed", WholeRunTests.ExpectedHash(2, 3)), (end.Final.State, end.Final.ModelHash)));
        Assert.Equal(run, Assert.Single((await first.Runs.GetStatusAsync(new StatusRequest())).Runs).RunId);
        Assert.Equal(other, Assert.Single((await second.Runs.GetStatusAsync(new StatusRequest())).Runs).RunId);
        Assert.All(here.Assigned, task => Assert.Equal(run, task.Key.RunId));
    }

    [Fact]
    public async Task Sockets_OpenToOtherMachines_AreTheCoordinatorsPortAlone()
    {
        if (!OperatingSystem.IsLinux())
        {
            return;
        }

        using var data = new TempFolder();
        await using var coordinator = await RunningCoordinator.StartAsync(data.Path, options => options.Address = "0.0.0.0");
        Assert.Equal([coordinator.Host.Port], ReachablePorts());
    }

    // Of this process, as the kernel lists them: local address, state and inode of each socket.
    private static int[] ReachablePorts()
    {
        var mine = Directory.EnumerateFileSystemEntries("/proc/self/fd")
            .Select(SocketOf)
            .Where(name => name?.StartsWith("socket:[", StringComparison.Ordinal) == true)
            .ToHashSet();
        return [.. new[] { "/proc/self/net/tcp", "/proc/self/net/tcp6" }.SelectMany(File.ReadLines)
            .Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            .Where(fields => fields[3] == Listening && mine.Contains($"socket:[{fields[9]}]"))
            .Select(fields => fields[1].Split(':'))
            .Where(local => !IPAddress.IsLoopback(AddressOf(local[0])))
            .Select(local => int.Parse(local[1], NumberStyles.HexNumber, CultureInfo.InvariantCulture))];
    }

    // A descriptor may be closed between the listing and the look at it.
    private static string? SocketOf(string descriptor)
    {
        try
        {
            return File.ResolveLinkTarget(descriptor, returnFinalTarget: false)?.Name;
        }
        catch (IOException)
        {
            return null;
        }
    }

    // Words of four bytes, each in the machine's order.
    private static IPAddress AddressOf(string hex) =>
        new([.. Convert.FromHexString(hex).Chunk(4).SelectMany(word => BitConverter.IsLittleEndian ? word.Reverse() : word)]);
}

using System.Diagnostics;
using Distributed.Collectives.Tests.Support;

namespace Distributed.Collectives.Tests.Hosts;

/// <summary>Two network namespaces that a virtual cable joins stand for two hosts of two ranks each.</summary>
[Collection(SharedMemory.DeathTests.Alone)]
public sealed class NamespaceTests : IDisposable
{
    private readonly string _a = $"dist-a-{Environment.ProcessId}", _b = $"dist-b-{Environment.ProcessId}";
    private readonly List<WorkerProcess> _workers = [];

    [NamespaceFact]
    public async Task Ranks_OnTwoHosts_ReduceTogetherUntilOneIsKilled()
    {
        Connect();
        _workers.AddRange(Enumerable.Range(0, 4).Select(rank => rank < 2
            ? new WorkerProcess("-", rank, 4, 60, ("a", "10.231.77.1"), _a)
            : new WorkerProcess("-", rank, 4, 60, ("b", "10.231.77.2"), _b)));
        // Hosts, addresses of all, addresses of those who lead.
        for (var exchange = 0; exchange < 3; exchange++)
        {
            var lines = await Task.WhenAll(_workers.Select(worker => worker.Line()));
            foreach (var worker in _workers) worker.Tell(string.Join('\n', lines));
        }
        foreach (var worker in _workers) Assert.Equal("3", await worker.Line());

        _workers[3].Kill();
        var clock = Stopwatch.StartNew();
        var reasons = await Task.WhenAll(_workers.Take(3).Select(worker => worker.Reason()));
        Assert.All(reasons, reason => Assert.StartsWith("RankLost", reason, StringComparison.Ordinal));
        Assert.InRange(clock.Elapsed.TotalSeconds, 0, 2);
    }

    public void Dispose()
    {
        foreach (var worker in _workers) worker.Dispose();
        foreach (var space in new[] { _a, _b }) Ip($"netns del {space}");
    }

    private static bool Ip(string arguments)
    {
        try
        {
            using var process = Process.Start(new ProcessStartInfo("ip", arguments) { RedirectStandardError = true })!;
            process.WaitForExit();
            return process.ExitCode == 0;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return false;
        }
    }

    private void Connect()
    {
        string[] steps =
        [
            $"netns add {_a}", $"netns add {_b}",
            $"link add cable netns {_a} type veth peer name cable netns {_b}",
            $"-n {_a} addr add 10.231.77.1/24 dev cable", $"-n {_b} addr add 10.231.77.2/24 dev cable",
            $"-n {_a} link set cable up", $"-n {_b} link set cable up", $"-n {_a} link set lo up", $"-n {_b} link set lo up",
        ];
        foreach (var step in steps) Assert.True(Ip(step), step);
    }

    private sealed class NamespaceFactAttribute : FactAttribute
    {
        private static readonly Lazy<bool> CanConnect = new(() =>
        {
            var probe = $"dist-probe-{Environment.ProcessId}";
            var can = Ip($"netns add {probe}") && Ip($"link add cable netns {probe} type veth peer name elbac netns {probe}");
            Ip($"netns del {probe}");
            return can;
        });

        public NamespaceFactAttribute() => Skip = CanConnect.Value ? null : "Network namespaces are not permitted here, or iproute2 is missing.";
    }
}

using System.Diagnostics;

namespace Distributed.Bench.AllReduce;

/// <summary>Two network namespaces joined by a virtual cable, which stand for two hosts. Needs root and iproute2.</summary>
internal sealed class Hosts : IDisposable
{
    private readonly string[] _names = [$"bench-a-{Environment.ProcessId}", $"bench-b-{Environment.ProcessId}"];

    internal Hosts()
    {
        foreach (var name in _names) Ip($"netns add {name}");
        Ip($"link add cable netns {_names[0]} type veth peer name cable netns {_names[1]}");
        for (var host = 0; host < _names.Length; host++)
        {
            Ip($"-n {_names[host]} addr add {Address(host)}/24 dev cable");
            Ip($"-n {_names[host]} link set cable up");
            Ip($"-n {_names[host]} link set lo up");
        }
    }

    internal static string Address(int host) => $"10.231.78.{host + 1}";

    /// <summary>The same program, started on a host.</summary>
    internal ProcessStartInfo On(int host, ProcessStartInfo program)
    {
        foreach (var (k, word) in new[] { "netns", "exec", _names[host], program.FileName }.Index()) program.ArgumentList.Insert(k, word);
        program.FileName = "ip";
        return program;
    }

    public void Dispose()
    {
        foreach (var name in _names) Ip($"netns del {name}");
    }

    private static void Ip(string arguments)
    {
        using var process = Process.Start("ip", arguments);
        process.WaitForExit();
        if (process.ExitCode != 0) throw new InvalidOperationException($"ip {arguments} failed");
    }
}

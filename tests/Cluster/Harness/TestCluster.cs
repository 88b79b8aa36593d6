using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using Distributed.Protocols.Runs;

namespace Distributed.Cluster.Tests.Harness;

/// <summary>A coordinator process and node processes on one data folder; any of them can be killed and started again.</summary>
internal sealed class TestCluster : IAsyncDisposable
{
    private const string Operator = "operator";

    private readonly List<DistProcess> processes = [];
    private readonly int port = FreePort();
    private string? certificates;

    public string Data { get; } = RunFiles.NewFolder();

    public string Address => $"{(certificates is null ? "http" : "https")}://127.0.0.1:{port}";

    /// <summary>What nodes and operators run; the coordinator is the plain command.</summary>
    public string Program { get; init; } = DistProcess.Command;

    public DistProcess Coordinator { get; private set; } = null!;

    public Dictionary<string, DistProcess> Nodes { get; } = [];

    /// <summary>Has certificates made, so that whatever starts from now on speaks TLS and shows its own.</summary>
    /// <param name="nodes">The nodes; the operator has one besides.</param>
    public async Task UseTlsAsync(params IReadOnlyList<string> nodes)
    {
        certificates = RunFiles.NewFolder();
        var provision = Add(DistProcess.Start(
            null, ["provision", "--out", certificates, "--coordinator", "127.0.0.1", .. nodes.Append(Operator).SelectMany(node => new[] { "--node", node })]));
        if (await provision.ExitAsync() != 0)
        {
            throw new InvalidOperationException(provision.Output);
        }
    }

    /// <summary>Starts or restarts the coordinator on the same port and folder and waits until it listens.</summary>
    /// <param name="failpoints">As DISTRIBUTED_FAILPOINTS, e.g. <c>CommitAfterManifest@round=2:kill</c>.</param>
    public async Task StartCoordinatorAsync(string? failpoints = null)
    {
        var environment = failpoints is null ? null : new Dictionary<string, string> { ["DISTRIBUTED_FAILPOINTS"] = failpoints };
        Coordinator = Add(DistProcess.Start(environment,
            ["coordinator", "--address", "127.0.0.1", "--port", port.ToString(CultureInfo.InvariantCulture), "--data", Data, .. Tls("coordinator", "--tls-client-ca")]));
        await Coordinator.LineAsync("that it listens", line => line.Contains(port.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal));
    }

    public DistProcess StartNode(string name, params IReadOnlyList<string> more) => StartNode(name, name, more);

    /// <summary>A node that shows a certificate of another name.</summary>
    public DistProcess StartNodeAs(string name, string certificate) => StartNode(name, certificate, []);

    /// <summary>Ends nodes and coordinator cleanly, which writes out what they still hold, and gives the run's spans.</summary>
    public async Task<IReadOnlyList<JsonElement>> SpansAsync()
    {
        await Task.WhenAll(Nodes.Values.Select(node => node.StopAsync()));
        await Coordinator.StopAsync();
        return [.. File.ReadLines(RunFile("trace.jsonl")).Select(line => JsonDocument.Parse(line).RootElement)];
    }

    /// <summary>Submits a run and follows it to its end in a process of its own.</summary>
    public DistProcess Submit(string runFile) => Add(DistProcess.StartProgram(Program, null, ["run", runFile, "--coordinator", Address, "--format", "json", "--out", RunFiles.NewFolder(), .. Tls(Operator)]));

    /// <summary>The result object that a finished <c>run</c> or <c>simulate</c> printed last.</summary>
    public static JsonElement Result(DistProcess finished)
    {
        var line = finished.Lines.LastOrDefault(text => text.StartsWith('{')) ?? throw new InvalidOperationException("No result.\n" + finished.Output);
        return JsonDocument.Parse(line).RootElement;
    }

    /// <summary>The coordinator's own record of the only run.</summary>
    public RoundRecord[] Rounds() => [.. File.ReadLines(RunFile("rounds.jsonl")).Select(RoundRecord.Parse)];

    public string RunFile(string name) => Path.Combine(Directory.GetDirectories(Path.Combine(Data, "runs")).Single(), name);

    /// <summary>What every process printed, for a failure's message.</summary>
    public string Output() => string.Join('\n', processes.Select(process => process.Output));

    public async ValueTask DisposeAsync()
    {
        foreach (var process in processes)
        {
            await process.DisposeAsync();
        }
    }

    private DistProcess StartNode(string name, string certificate, IReadOnlyList<string> more) =>
        Nodes[name] = Add(DistProcess.StartProgram(Program, null, ["node", "--coordinator", Address, "--name", name, "--workers", "1", "--threads", "1", .. Tls(certificate), .. more]));

    private string[] Tls(string name, string authority = "--tls-ca") => certificates is null
        ? []
        : ["--tls-certificate", Pem(name + ".pem"), "--tls-key", Pem(name + ".key"), authority, Pem("ca.pem")];

    private string Pem(string file) => Path.Combine(certificates!, file);

    private DistProcess Add(DistProcess process)
    {
        processes.Add(process);
        return process;
    }

    // Asked for once and kept, because a restarted coordinator must come back under the address that the nodes know.
    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}

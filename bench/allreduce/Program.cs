using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Distributed.Bench.AllReduce;
using MathNet.Numerics.Statistics;

// Usage: bench/allreduce/run [--hosts] [--ranks 2,4] [--megabytes 1,16,100] [--pairs 9] [--python PATH] [--out FILE]
// Pairs of our and Gloo's all-reduce of float32, one after the other, so that what else the machine does hits both; ranks are processes of one thread.
// A third measurement reads and writes the buffer on every rank at once: what the memory allows. A cell below 2.5: exit 1.
// With --hosts one half of the ranks is in a network namespace and the other half in another, and a cell must reach 0.95.
if (args is ["rank", var rank, var size, var home, var address])
{
    await Rank.RunAsync(int.Parse(rank, CultureInfo.InvariantCulture), int.Parse(size, CultureInfo.InvariantCulture), home, address);
    return 0;
}

var command = "bench/allreduce/run" + string.Concat(args.Select(argument => " " + argument));
var pairs = int.Parse(Option("--pairs") ?? "9", CultureInfo.InvariantCulture);
var python = Option("--python") ?? "/usr/bin/python3";
var rows = new List<Row>();
using var hosts = args.Contains("--hosts") ? new Hosts() : null;
foreach (var ranks in Numbers("--ranks", "2,4"))
{
    using var ours = new Ranks(ranks, (number, _) => Place(number, ranks, new(
        "dotnet", [typeof(Row).Assembly.Location, "rank", $"{number}", $"{ranks}", $"{Host(number, ranks)}", Hosts.Address(Host(number, ranks))])));
    using var gloo = new Ranks(ranks, (number, folder) => Place(number, ranks, new(python, [Path.Combine(AppContext.BaseDirectory, "peer.py"), $"{number}", $"{ranks}", folder])
    {
        Environment = { ["GLOO_SOCKET_IFNAME"] = hosts is null ? "lo" : "cable", ["OMP_NUM_THREADS"] = "1" },
    }));
    if (rows.Count == 0)
        Console.WriteLine($"torch {gloo.Version}, medians of {pairs} pairs\nranks   MB        ms      Gloo  ratio  min..max     memory ms  share of it");
    foreach (var megabytes in Numbers("--megabytes", "1,16,100")) Measure(ours, gloo, ranks, megabytes);
}
if (Option("--out") is { } output)
    File.WriteAllText(output, JsonSerializer.Serialize(rows, new JsonSerializerOptions(JsonSerializerDefaults.Web) { WriteIndented = true }) + "\n");
return rows.TrueForAll(row => row.Metric != "all-reduce" || row.Ratio >= (hosts is null ? 2.5 : 0.95)) ? 0 : 1;

void Measure(Ranks ours, Ranks gloo, int ranks, int megabytes)
{
    var bytes = (long)megabytes << 20;
    // Fewer turns than these measured the scheduler.
    var times = Math.Max(8, 100 / megabytes);
    ours.Measure("reduce", bytes, times);
    var measured = new List<(double Ours, double Gloo, double Memory)>();
    for (var pair = 0; pair < pairs; pair++)
    {
        // Who begins takes turns.
        var early = pair % 2 == 0 ? ours.Measure("reduce", bytes, times) : (double?)null;
        var theirs = gloo.Measure("reduce", bytes, times);
        measured.Add((early ?? ours.Measure("reduce", bytes, times), theirs, ours.Measure("touch", bytes, times)));
    }
    var reduce = Summary("all-reduce", "torch.distributed Gloo " + gloo.Version, pair => pair.Gloo);
    var memory = Summary("all-reduce.memory", "reading and writing the buffer once", pair => pair.Memory);
    Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
        $"{ranks,5} {megabytes,4} {reduce.Value,9:F3} {reduce.PeerValue,9:F3} {reduce.Ratio,6:F2}  {reduce.Min:F2}..{reduce.Max:F2} {memory.PeerValue,12:F3} {memory.Ratio,8:P0}"));
    rows.AddRange([reduce, memory]);

    Row Summary(string metric, string peer, Func<(double Ours, double Gloo, double Memory), double> of)
    {
        var ratios = measured.Select(pair => of(pair) / pair.Ours).ToArray();
        return new(
            $"{ranks} ranks{(hosts is null ? "" : " on 2 hosts")}, {megabytes} MB", metric, "ms", measured.Select(pair => pair.Ours).Median(), peer,
            measured.Select(of).Median(), ratios.Median(), ratios.Min(), ratios.Max(), command);
    }
}

int Host(int number, int ranks) => hosts is null ? 0 : number * 2 / ranks;

ProcessStartInfo Place(int number, int ranks, ProcessStartInfo program) => hosts?.On(Host(number, ranks), program) ?? program;

IEnumerable<int> Numbers(string option, string fallback) => (Option(option) ?? fallback).Split(',').Select(number => int.Parse(number, CultureInfo.InvariantCulture));

string? Option(string name) => Array.IndexOf(args, name) is var at and >= 0 && at + 1 < args.Length ? args[at + 1] : null;

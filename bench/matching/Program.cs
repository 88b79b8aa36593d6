using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Distributed.Algorithms.Merging;
using Distributed.Algorithms.Merging.Matching;
using Distributed.Algorithms.Merging.Permutations;
using Distributed.Algorithms.Tensors;

// Usage: bench/matching/run [--data DIR] [--runs 9] [--python PATH] [--out FILE]
// CPU seconds of weight matching between two MLPs 784-512-512-512-10 that were trained from different seeds, for several orders of visits.
// The median above the mark: exit 1.
const double Mark = 0.4;
var command = "bench/matching/run" + string.Concat(args.Select(argument => " " + argument));
var runs = int.Parse(Option("--runs") ?? "9", CultureInfo.InvariantCulture);
var folder = Path.Combine(Path.GetTempPath(), "distributed-bench-matching");
Directory.CreateDirectory(folder);
if (!File.Exists(Path.Combine(folder, "mlp2.safetensors"))) Train();
var (a, b) = (Load("mlp1"), Load("mlp2"));
var spec = new PermutationSpec(
[
    TensorAxes.Of("l0.weight", "P0", null), TensorAxes.Of("l0.bias", "P0"),
    TensorAxes.Of("l1.weight", "P1", "P0"), TensorAxes.Of("l1.bias", "P1"),
    TensorAxes.Of("l2.weight", "P2", "P1"), TensorAxes.Of("l2.bias", "P2"),
    TensorAxes.Of("l3.weight", null, "P2"), TensorAxes.Of("l3.bias", [null]),
]);

var rows = new List<Row>();
var enough = true;
Console.WriteLine("order             CPU s   min..max       wall s  solver s  sweeps  objective");
foreach (var order in Enum.GetValues<VisitOrder>())
{
    var measured = Enumerable.Range(0, runs + 1).Select(run => Measure(order, run)).Skip(1).ToArray();
    var cpu = measured.Select(m => m.Cpu).Order().ToArray();
    var median = cpu[cpu.Length / 2];
    var typical = measured.First(m => m.Cpu == median);
    Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
        $"{order,-15} {median,7:F3}   {cpu[0]:F3}..{cpu[^1]:F3} {typical.Wall,9:F3} {typical.Match.Visits.Sum(v => v.SolverTime.TotalSeconds),9:F3} {typical.Match.Sweeps,7} {typical.Match.Objective,10:F2}"));
    rows.Add(new Row($"mlp 3x512 {order}", "matching.cpu", "s", median, null, null, null, cpu[0], cpu[^1], command));
    enough &= median <= Mark;
}
if (Option("--out") is { } output)
    File.WriteAllText(output, JsonSerializer.Serialize(rows, new JsonSerializerOptions(JsonSerializerDefaults.Web) { WriteIndented = true }) + "\n");
return enough ? 0 : 1;

(double Cpu, double Wall, WeightMatch Match) Measure(VisitOrder order, int seed)
{
    using var self = Process.GetCurrentProcess();
    var (before, clock) = (self.TotalProcessorTime, Stopwatch.GetTimestamp());
    var match = WeightMatching.Run(spec, a, b, new WeightMatchingOptions { Order = order, Seed = seed, Clock = TimeProvider.System });
    var wall = Stopwatch.GetElapsedTime(clock).TotalSeconds;
    self.Refresh();
    return ((self.TotalProcessorTime - before).TotalSeconds, wall, match);
}

StoredModel Load(string name)
{
    using var file = File.OpenRead(Path.Combine(folder, name + ".safetensors"));
    return StoredModel.Of(Safetensors.Load(file), name);
}

void Train()
{
    var data = Option("--data") ?? "../shared/data/mnist";
    Console.Error.WriteLine($"training two models on {data} into {folder}");
    using var python = Process.Start(Option("--python") ?? "/usr/bin/python3", [Path.Combine(AppContext.BaseDirectory, "train.py"), data, folder]);
    python.WaitForExit();
    if (python.ExitCode != 0) throw new InvalidOperationException("train.py failed");
}

string? Option(string name) => Array.IndexOf(args, name) is var at and >= 0 && at + 1 < args.Length ? args[at + 1] : null;

/// <summary>A row of bench/results/matching.json.</summary>
internal sealed record Row(
    string Case, string Metric, string Unit, double Value, string? Peer, double? PeerValue, double? Ratio, double Min, double Max, string Command);

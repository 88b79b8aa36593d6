using System.Globalization;
using System.Text.Json;
using Distributed.Bench.Round;
using Distributed.Protocols.Runs;
using MathNet.Numerics.Statistics;

// Usage: bench/round/run [--cells 1x2,100x4] [--dist PATH] [--folder DIR] [--out FILE]
// Nodes that train nothing: what a round costs when it is all protocol, disk and aggregation.
var command = "bench/round/run" + string.Concat(args.Select(argument => " " + argument));
var dist = Option("--dist") ?? throw new ArgumentException("--dist: path of the dist command");
var folder = Option("--folder") ?? Path.Combine(Path.GetTempPath(), "distributed-bench-round");
var cells = Option("--cells")?.Split(',').Select(Parse).ToArray()
    ?? [(1, 2), (1, 4), (1, 8), (10, 2), (10, 4), (10, 8), (100, 2), (100, 4), (100, 8)];

if (Directory.Exists(folder))
{
    Directory.Delete(folder, recursive: true);
}

Directory.CreateDirectory(folder);
var rows = new List<Row>();
foreach (var megabytes in cells.Select(cell => cell.Megabytes).Distinct())
{
    var median = DiskProbe.MedianFsyncMilliseconds(folder, megabytes * 1_000_000, megabytes >= 100 ? 7 : 25);
    Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"disk: fsync of {megabytes} MB, median {median:0.00} ms"));
    rows.Add(new($"{megabytes}MB", "disk.fsync", "ms", median, null, null, null, median, median, command));
}

Console.WriteLine("case                  s/round   min..max          Flower   ratio   MB/s   peak MB  (Flower)  fsyncs");
foreach (var (megabytes, nodes) in cells)
{
    rows.AddRange(Measure(new Cell(megabytes, nodes, Durable: true)));
    rows.AddRange(Measure(new Cell(megabytes, nodes, Durable: false)));
}

if (Option("--out") is { } output)
{
    File.WriteAllText(output, JsonSerializer.Serialize(rows, new JsonSerializerOptions(JsonSerializerDefaults.Web) { WriteIndented = true }) + "\n");
}

return 0;

IEnumerable<Row> Measure(Cell cell)
{
    var data = Path.Combine(folder, cell.Case.Replace(' ', '-').ToLowerInvariant());
    Directory.CreateDirectory(data);
    var runFile = Path.Combine(data, "run.yaml");
    File.WriteAllText(runFile, RunFile(cell));

    RoundRecord[] records;
    double peak;
    using (var cluster = new Cluster(dist, data, cell.Nodes))
    {
        var id = cluster.Run(runFile).GetProperty("run").GetString()!;
        peak = cluster.CoordinatorPeakMegabytes();
        records = [.. File.ReadLines(Path.Combine(data, "runs", id, "rounds.jsonl")).Select(RoundRecord.Parse)];
    }

    Directory.Delete(data, recursive: true);

    // From one plan to the next: nothing that a round needs can hide between rounds.
    var steady = records.Skip(cell.Warmup).Zip(records.Skip(cell.Warmup + 1), (round, next) => (next.Started - round.Started).TotalSeconds).ToArray();
    var seconds = steady.Median();
    var throughput = cell.MegabytesPerRound / seconds;
    var fsyncs = records.Skip(cell.Warmup).Select(record => (double)record.Fsyncs).Median();
    var flower = Flower.Of(cell);
    Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
        $"{cell.Case,-20} {seconds,8:0.0000}   {steady.Min():0.0000}..{steady.Max():0.0000} {flower?.Seconds,8:0.000} {flower?.Seconds / seconds,7:0.00} {throughput,6:0} {peak,9:0} {flower?.PeakMegabytes,9:0} {fsyncs,7:0}"));

    yield return new(cell.Case, "round.duration", "s", seconds, "flower 1.23", flower?.Seconds, flower?.Seconds / seconds, steady.Min(), steady.Max(), command);
    yield return new(cell.Case, "throughput", "MB/s", throughput, null, null, null, cell.MegabytesPerRound / steady.Max(), cell.MegabytesPerRound / steady.Min(), command);
    yield return new(cell.Case, "memory.peak", "MB", peak, "flower 1.23", flower?.PeakMegabytes, flower?.PeakMegabytes / peak, peak, peak, command);
    yield return new(cell.Case, "fsyncs", "1/round", fsyncs, null, null, null, fsyncs, fsyncs, command);
}

static string RunFile(Cell cell) => string.Create(CultureInfo.InvariantCulture, $$"""
    kind: federated
    name: bench-round
    rounds: {{cell.Rounds}}
    durable: {{(cell.Durable ? "true" : "false")}}
    data: { source: none, clients: {{cell.Nodes}} }
    model: { name: blob, megabytes: {{cell.Megabytes}} }
    training: { epochs: 0 }
    cohort: { minimumNodes: {{cell.Nodes}}, quorum: 1.0 }
    evaluation: { every: 0 }
    """);

static (int Megabytes, int Nodes) Parse(string cell)
{
    var parts = cell.Split('x');
    return (int.Parse(parts[0], CultureInfo.InvariantCulture), int.Parse(parts[1], CultureInfo.InvariantCulture));
}

string? Option(string name)
{
    var at = Array.IndexOf(args, name);
    return at >= 0 && at + 1 < args.Length ? args[at + 1] : null;
}

using System.Globalization;
using System.Text.Json;
using Distributed.Bench.Clients;

// Usage: bench/clients/run [--cases mlp,lenet] [--rounds N] [--repeats N] [--folder DIR] [--out FILE]
// 4,000 examples of one epoch a round, whoever has them: what grows from case to case grows with the number of clients.
var command = "bench/clients/run" + string.Concat(args.Where(argument => !argument.StartsWith("./", StringComparison.Ordinal) && argument != "--dist").Select(argument => " " + argument));
var dist = Option("--dist") ?? throw new ArgumentException("--dist: path of the dist command");
var folder = Option("--folder") ?? Path.Combine(Path.GetTempPath(), "distributed-bench-clients");
var rounds = int.Parse(Option("--rounds") ?? "3", CultureInfo.InvariantCulture);
var repeats = int.Parse(Option("--repeats") ?? "1", CultureInfo.InvariantCulture);
var wanted = Option("--cases")?.Split(',');

Directory.CreateDirectory(folder);
var rows = new List<Row>();
Console.WriteLine("case           clients   peak MB   min..max   against the fewest   s/round");
foreach (var measured in Case.All.Where(known => wanted?.Contains(known.Name) ?? true))
{
    double? fewest = null;
    foreach (var clients in measured.Clients)
    {
        var runFile = Path.Combine(folder, "run.yaml");
        File.WriteAllText(runFile, RunFile(measured, clients));
        var runs = Enumerable.Range(0, repeats).Select(_ => Simulation.Run(dist, runFile, folder)).ToArray();
        var (peak, seconds) = (runs.Select(run => run.Megabytes).Order().ElementAt(repeats / 2), runs.Min(run => run.Seconds) / rounds);
        var (least, most) = (runs.Min(run => run.Megabytes), runs.Max(run => run.Megabytes));
        fewest ??= peak;
        var name = string.Create(CultureInfo.InvariantCulture, $"{measured.Name} {clients} clients");
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture, $"{measured.Name,-14} {clients,7} {peak,9:0} {least,5:0}..{most,-5:0} {peak / fewest,12:0.00} {seconds,16:0.000}"));
        rows.Add(new(name, "memory.peak", "MB", peak, $"{measured.Clients[0]} clients", fewest, fewest / peak, least, most, command));
        rows.Add(new(name, "round.duration", "s", seconds, null, null, null, seconds, runs.Max(run => run.Seconds) / rounds, command));
    }
}

Directory.Delete(folder, recursive: true);
if (Option("--out") is { } output)
{
    File.WriteAllText(output, JsonSerializer.Serialize(rows, new JsonSerializerOptions(JsonSerializerDefaults.Web) { WriteIndented = true }) + "\n");
}

return 0;

string RunFile(Case measured, int clients) => string.Create(CultureInfo.InvariantCulture, $$"""
    kind: federated
    name: bench-clients
    rounds: {{rounds}}
    durable: false
    data: { source: glyphs, clients: {{clients}}, train: {{(measured.Fraction < 1 ? 10_000 : 4000)}}, test: 200 }
    model: {{measured.Model}}
    training: { epochs: 1, batch: 32, optimizer: { name: sgd, learningRate: 0.05, momentum: 0.9 } }
    cohort: { fraction: {{measured.Fraction}}, deadline: 300s }
    evaluation: { every: 0 }
    simulation: { workers: 2, threads: 1 }
    """);

string? Option(string name)
{
    var at = Array.IndexOf(args, name);
    return at >= 0 && at + 1 < args.Length ? args[at + 1] : null;
}

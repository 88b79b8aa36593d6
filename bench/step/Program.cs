using System.Globalization;
using System.Text.Json;
using Distributed.Node.Engine;
using Distributed.Bench.Step;
using static TorchSharp.torch;

// Usage: bench/step/run [--pairs 20] [--models mlp,lenet,transformer] [--python PATH] [--out FILE]
// Pairs of ours and python's steps, one after the other, so that what else the machine does hits both. Below 1.1 (mlp) or 0.97: exit 1.
const double SecondsPerBlock = 0.25;
var command = "bench/step/run" + string.Concat(args.Select(argument => " " + argument));
var pairs = int.Parse(Option("--pairs") ?? "20", CultureInfo.InvariantCulture);
var models = (Option("--models") ?? "mlp,lenet,transformer").Split(',');
TorchEngine.EnterThread(1);
var engine = TorchEngine.Examine();
Console.WriteLine($"libtorch {engine.Version}, {engine.Threads} thread, {pairs} pairs");
Console.WriteLine("model         us/step   python    ratio  min..max       cpu ratio  python's best");

var rows = new List<Row>();
var enough = true;
using (var peer = new Peer(Option("--python") ?? "/usr/bin/python3"))
{
    foreach (var model in models)
        enough &= Measure(peer, model);
}
if (Option("--out") is { } output)
    File.WriteAllText(output, JsonSerializer.Serialize(rows, new JsonSerializerOptions(JsonSerializerDefaults.Web) { WriteIndented = true }) + "\n");
return enough ? 0 : 1;

bool Measure(Peer peer, string name)
{
    var training = Models.Create(name);
    var first = Seconds.Of(() => Repeat(training, 5));
    var steps = Math.Max(2, (int)(SecondsPerBlock / (first.Wall / 5)));
    Repeat(training, steps);
    var best = Fastest(true) < Fastest(false);
    double Fastest(bool each) => Enumerable.Range(0, 3).Min(_ => peer.Run(name, each, steps).Cpu);

    var measured = Enumerable.Range(0, pairs).Select(i => Pair(peer, training, name, best, steps, oursFirst: i % 2 == 0)).ToArray();

    var wall = Summary(name, "step", measured, s => s.Wall, steps);
    var cpu = Summary(name, "step.cpu", measured, s => s.Cpu, steps);
    Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
        $"{name,-12} {wall.Value,8:F0} {wall.PeerValue,8:F0} {wall.Ratio,8:F2}  {wall.Min:F2}..{wall.Max:F2} {cpu.Ratio,13:F2}  {(best ? "foreach" : "single")}"));
    rows.AddRange([wall, cpu]);
    return wall.Ratio >= (name == "mlp" ? 1.1 : 0.97);
}

(Seconds Ours, Seconds Python) Pair(Peer peer, Training training, string name, bool each, int steps, bool oursFirst)
{
    var early = oursFirst ? Seconds.Of(() => Repeat(training, steps)) : default;
    var python = peer.Run(name, each, steps);
    return (oursFirst ? early : Seconds.Of(() => Repeat(training, steps)), python);
}

Row Summary(string name, string metric, (Seconds Ours, Seconds Python)[] measured, Func<Seconds, double> of, int steps)
{
    var ratios = measured.Select(m => of(m.Python) / of(m.Ours)).ToArray();
    return new(
        name, metric, "us", Median(measured.Select(m => of(m.Ours))) / steps * 1e6, "python torch " + engine.Version,
        Median(measured.Select(m => of(m.Python))) / steps * 1e6, Median(ratios), ratios.Min(), ratios.Max(), command);
}

static void Repeat(Training training, int steps)
{
    for (var i = 0; i < steps; i++)
        training.Step();
}

static double Median(IEnumerable<double> values)
{
    var sorted = values.Order().ToArray();
    return (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
}

string? Option(string name) => Array.IndexOf(args, name) is var at and >= 0 && at + 1 < args.Length ? args[at + 1] : null;

/// <summary>A row of bench/results/step.json; ratio is python / ours, min and max are of the pairs' ratios.</summary>
internal sealed record Row(
    string Case, string Metric, string Unit, double Value, string? Peer, double? PeerValue, double? Ratio, double Min, double Max, string Command);

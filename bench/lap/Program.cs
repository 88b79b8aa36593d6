using System.Globalization;
using System.Text.Json;
using Distributed.Bench.Lap;
using MathNet.Numerics.Statistics;

// Usage: bench/lap/run [--kinds planted,gram,uniform,correlated,rank-one,rank-one-noise] [--sizes 512,1024,2048,4096] [--pairs 9] [--longest 40] [--python PATH] [--out FILE]
// Pairs of our and SciPy's solver on the same costs, one after the other, so that what else the machine does hits both. A kind and size stops
// after so many pairs or, three at least, --longest seconds; rank-one costs of 4096 take SciPy over a minute and are left out unless --sizes names nothing else.
// Below 1 at 1024 rows or more, or another objective: exit 1.
const double Tolerance = 1e-12;
const int Fewest = 3;
var command = "bench/lap/run" + string.Concat(args.Select(argument => " " + argument));
var pairs = int.Parse(Option("--pairs") ?? "9", CultureInfo.InvariantCulture);
var longest = double.Parse(Option("--longest") ?? "40", CultureInfo.InvariantCulture);
var kinds = (Option("--kinds") ?? string.Join(',', Costs.Kinds)).Split(',');
var sizes = (Option("--sizes") ?? "512,1024,2048,4096").Split(',').Select(size => int.Parse(size, CultureInfo.InvariantCulture)).ToArray();

var rows = new List<Row>();
var enough = true;
using (var peer = new Peer(Option("--python") ?? "/usr/bin/python3"))
{
    Console.WriteLine($"scipy {peer.Version}, one thread each, medians of at most {pairs} pairs");
    Console.WriteLine("costs               ms      scipy    ratio  min..max       cpu ratio  pairs  scans/row");
    foreach (var size in sizes)
    {
        foreach (var kind in kinds.Where(kind => !kind.StartsWith("rank-one", StringComparison.Ordinal) || size < 4096 || sizes.Length == 1))
            enough &= Measure(peer, kind, size);
    }
}
if (Option("--out") is { } output)
    File.WriteAllText(output, JsonSerializer.Serialize(rows, new JsonSerializerOptions(JsonSerializerDefaults.Web) { WriteIndented = true }) + "\n");
return enough ? 0 : 1;

bool Measure(Peer peer, string kind, int size)
{
    var costs = Costs.Create(kind, size, seed: 1);
    peer.Load(costs, size);
    var ours = new Solver(costs, size);
    ours.Solve();

    var measured = new List<(Solved Ours, Solved Scipy)>();
    for (var spent = 0.0; measured.Count < pairs && (measured.Count < Fewest || spent < longest); spent += measured[^1].Ours.Wall + measured[^1].Scipy.Wall)
    {
        // Who begins takes turns.
        var early = measured.Count % 2 == 0 ? ours.Solve() : (Solved?)null;
        var scipy = peer.Solve();
        measured.Add((early ?? ours.Solve(), scipy));
    }
    var same = measured.TrueForAll(pair => Math.Abs(pair.Ours.Objective - pair.Scipy.Objective) <= Tolerance * Math.Abs(pair.Scipy.Objective));
    var wall = Summary(kind, size, "solve", measured, solved => solved.Wall, peer.Version);
    var cpu = Summary(kind, size, "solve.cpu", measured, solved => solved.Cpu, peer.Version);
    Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
        $"{wall.Case,-15} {wall.Value,8:F2} {wall.PeerValue,10:F2} {wall.Ratio,8:F2}  {wall.Min:F2}..{wall.Max:F2} {cpu.Ratio,12:F2} {measured.Count,6} {ours.ScansPerRow,8:F1}{(same ? "" : "  OTHER OBJECTIVE")}"));
    rows.AddRange([wall, cpu]);
    return same && (size < 1024 || wall.Ratio >= 1);
}

Row Summary(string kind, int size, string metric, List<(Solved Ours, Solved Scipy)> measured, Func<Solved, double> of, string version)
{
    var ratios = measured.Select(pair => of(pair.Scipy) / of(pair.Ours)).ToArray();
    return new(
        $"{kind} {size}", metric, "ms", measured.Select(pair => of(pair.Ours)).Median() * 1e3, "scipy " + version,
        measured.Select(pair => of(pair.Scipy)).Median() * 1e3, ratios.Median(), ratios.Min(), ratios.Max(), command);
}

string? Option(string name) => Array.IndexOf(args, name) is var at and >= 0 && at + 1 < args.Length ? args[at + 1] : null;

/// <summary>A row of bench/results/lap.json; ratio is scipy / ours, min and max are of the pairs' ratios.</summary>
internal sealed record Row(
    string Case, string Metric, string Unit, double Value, string? Peer, double? PeerValue, double? Ratio, double Min, double Max, string Command);

using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Distributed.Bench.Merge;
using MathNet.Numerics.Statistics;

// Usage: bench/merge/run [--megabytes 1024] [--methods linear,slerp,ties] [--pairs 3] [--threads N] [--folder DIR] [--out FILE]
if (args is ["worker", var method, var count, var target, .. var sources])
    return Worker.Run(method, int.Parse(count, CultureInfo.InvariantCulture), target, sources);

var command = "bench/merge/run" + string.Concat(args.Select(argument => " " + argument));
var megabytes = Number("--megabytes", 1024);
var pairs = Number("--pairs", 3);
var threads = Number("--threads", Environment.ProcessorCount);
var methods = (Option("--methods") ?? "linear,slerp,ties").Split(',');
var folder = Path.Combine(Option("--folder") ?? Path.GetTempPath(), $"merge-{Environment.ProcessId}");
var rows = new List<Row>();
Directory.CreateDirectory(folder);
try
{
    // Methods that work on differences get one more file, the base, in front.
    string[] paths = [Path.Combine(folder, "base.safetensors"), Path.Combine(folder, "a.safetensors"), Path.Combine(folder, "b.safetensors")];
    for (var i = 0; i < paths.Length; i++) Worker.Make(paths[i], megabytes, i + 1);
    foreach (var name in methods) rows.AddRange(Measure(name, name.StartsWith("ties", StringComparison.Ordinal) ? paths : paths[1..]));
}
finally
{
    Directory.Delete(folder, recursive: true);
}
if (Option("--out") is { } path)
    File.WriteAllText(path, JsonSerializer.Serialize(rows, new JsonSerializerOptions(JsonSerializerDefaults.Web) { WriteIndented = true }) + "\n");
return 0;

// Bandwidth: the bytes of all files once and of the merged one, over the time, however often the method reads them. The peer reads the same
// files once and writes one, as plainly as can be, with as many threads.
IEnumerable<Row> Measure(string name, string[] inputs)
{
    var bytes = (inputs.Length + 1) * (double)new FileInfo(inputs[0]).Length;
    List<double> ours = [], theirs = [], memory = [];
    for (var i = 0; i < pairs; i++)
    {
        var merge = Run(name, inputs);
        ours.Add(bytes / merge.Seconds / 1e6);
        memory.Add(merge.Peak / 1e6);
        theirs.Add(bytes / Run("copy", inputs).Seconds / 1e6);
    }
    var label = $"{megabytes}MB x {inputs.Length}, {threads} threads";
    var ratio = ours.Zip(theirs, (o, p) => o / p).Median();
    yield return Show(new Row(
        label, $"merge.{name}", "MB/s", ours.Median(), "copy of the same files", theirs.Median(), ratio, ours.Min(), ours.Max(), command));
    yield return Show(new Row(
        label, $"peak.{name}", "MB", memory.Max(), "what it must stay under", 1000, 1000 / memory.Max(), memory.Min(), memory.Max(), command));
}

(double Seconds, double Peak) Run(string name, string[] inputs)
{
    var output = Path.Combine(folder, "out.safetensors");
    var start = new ProcessStartInfo(Environment.ProcessPath!) { RedirectStandardOutput = true };
    foreach (var argument in (string[])[typeof(Row).Assembly.Location, "worker", name, $"{threads}", output, .. inputs]) start.ArgumentList.Add(argument);
    using var process = Process.Start(start)!;
    var words = process.StandardOutput.ReadToEnd().Split();
    process.WaitForExit();
    File.Delete(output);
    return process.ExitCode == 0
        ? (double.Parse(words[0], CultureInfo.InvariantCulture), double.Parse(words[1], CultureInfo.InvariantCulture))
        : throw new InvalidOperationException($"{name} ended with {process.ExitCode}");
}

static Row Show(Row row)
{
    Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
        $"{row.Case,-26} {row.Metric,-14} {row.Value,8:0} {row.Unit,-5} {row.Min:0}..{row.Max:0}   {row.Peer} {row.PeerValue:0} {row.Unit}   ratio {row.Ratio:0.00}"));
    return row;
}

int Number(string name, int otherwise) => Option(name) is { } text ? int.Parse(text, CultureInfo.InvariantCulture) : otherwise;

string? Option(string name)
{
    var at = Array.IndexOf(args, name);
    return at >= 0 && at + 1 < args.Length ? args[at + 1] : null;
}

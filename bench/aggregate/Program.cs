using System.Globalization;
using System.Text.Json;
using Distributed.Algorithms;
using Distributed.Algorithms.Aggregation;
using Distributed.Algorithms.Tensors;
using Distributed.Bench.Aggregate;

// Usage: bench/aggregate/run [--megabytes 100] [--clients 8] [--pairs 9] [--threads N] [--folder DIR] [--out FILE]
var command = "bench/aggregate/run" + string.Concat(args.Select(argument => " " + argument));
var megabytes = Number("--megabytes", 100);
var clients = Number("--clients", 8);
var pairs = Number("--pairs", 9);
var threads = Number("--threads", Environment.ProcessorCount);
var folder = Option("--folder") ?? Path.GetTempPath();

var mlp = new ProxyMlp(megabytes * 1_000_000 / sizeof(float), threads);
var parameters = (int)mlp.Manifest.ParameterCount;
var random = new Random(1);
var models = Enumerable.Range(0, clients).Select(_ => Fill(new float[parameters])).ToList();
var (reference, output, sum) = (Fill(new float[parameters]), new float[parameters], Fill(new float[parameters]));
var manifest = new TensorManifest([new("w", TensorDType.F32, [parameters])]);
var limits = new WorkLimits { Parallelism = threads };
double modelBytes = parameters * (double)sizeof(float);
var label = $"{megabytes}MB x {clients}, {threads} threads";

List<Row> rows = [.. Mean("memory", models.Select(m => new ArrayModel(m)), new ArrayModel(output))];
var files = models.Select((m, i) => new FileModel(Path.Combine(folder, $"aggregate-{Environment.ProcessId}-{i}"), m)).ToList();
using (var target = new FileModel(Path.Combine(folder, $"aggregate-{Environment.ProcessId}-out"), output))
    rows.AddRange(Mean("files", files, target));
foreach (var file in files) file.Dispose();
rows.AddRange([FedLaw("fedlaw.step.sweeps", null), FedLaw("fedlaw.step", mlp)]);

Console.WriteLine("metric                     ours   min..max         peer                                      peer   ratio");
foreach (var row in rows)
{
    Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
        $"{row.Metric,-24} {row.Value,7:0.00}   {row.Min:0.00}..{row.Max:0.00} {row.Unit,-4}   {row.Peer,-38} {row.PeerValue,7:0.00} {row.Ratio,7:0.00}"));
}
if (Option("--out") is { } path)
    File.WriteAllText(path, JsonSerializer.Serialize(rows, new JsonSerializerOptions(JsonSerializerDefaults.Web) { WriteIndented = true }) + "\n");
return 0;

// Every model is read once and the new one written once. Beside it the same models are added up plainly: sum += model, in single precision.
// As bandwidth: of the models gone through, and of all memory touched, where the plain sum is the one that reads and writes its sum each
// time.
IEnumerable<Row> Mean(string where, IEnumerable<ITensorReader> from, ITensorWriter to)
{
    var aggregator = Registry.FindAggregator("fedavg")!.Create(new FedAvgParameters());
    var input = Round(from);
    var pair = Pair.Time(pairs, () => aggregator.Aggregate(input, to), () => MemoryTraffic.CopyAdd(sum, models, threads));
    yield return pair.Row(label, $"fedavg.models.{where}", clients * modelBytes, "copy-add of the same models", clients * modelBytes, command);
    yield return pair.Row(label, $"fedavg.traffic.{where}", (clients + 1) * modelBytes, "copy-add, all its traffic", 3 * clients * modelBytes, command);
}

// A step mixes the models, makes a proxy pass and multiplies its gradient with each model. Beside it: reading all models twice, and that very pass.
Row FedLaw(string metric, IProxyObjective<float>? pass)
{
    const int Steps = 3;
    var input = Round(models.Select(m => new ArrayModel(m))) with { Manifest = mlp.Manifest };
    var (ours, peer) = (new double[pairs], new double[pairs]);
    // The first time is for the compiler.
    for (var i = -1; i < pairs; i++)
    {
        var proxy = new TimedProxy(pass, Steps + 1);
        Registry.FindAggregator("fedlaw")!.Create(new FedLawParameters { ServerEpochs = 1 }).Aggregate(input with { Proxy = proxy }, new ArrayModel(output));
        var reads = Pair.Seconds(() => { for (var read = 0; read < 2 * Steps; read++) MemoryTraffic.Read(models, threads); }) / Steps;
        if (i >= 0) (ours[i], peer[i]) = (proxy.Sweeps + proxy.Pass, reads + proxy.Pass);
    }
    return new Pair(ours, peer).Times(label, metric, pass is null ? "two plain reads of all models" : "two plain reads and the proxy pass", command);
}

AggregationInput Round(IEnumerable<ITensorReader> from) => new()
{
    Manifest = manifest,
    Reference = new ArrayModel(reference),
    Updates = [.. from.Select((m, i) => new ClientUpdate($"client-{i:D3}", 100 + i, m))],
    Limits = limits,
};

float[] Fill(float[] values)
{
    foreach (ref var x in values.AsSpan()) x = (random.NextSingle() - 0.5f) / 16;
    return values;
}

int Number(string name, int otherwise) => Option(name) is { } text ? int.Parse(text, CultureInfo.InvariantCulture) : otherwise;

string? Option(string name)
{
    var at = Array.IndexOf(args, name);
    return at >= 0 && at + 1 < args.Length ? args[at + 1] : null;
}

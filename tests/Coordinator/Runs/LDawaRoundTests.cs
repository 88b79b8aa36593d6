using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Distributed.Coordinator.Rounds;
using Distributed.Coordinator.Runs;
using Distributed.Coordinator.Storage;
using Distributed.Coordinator.Tests.Support;
using Distributed.Protocols.Runs;

namespace Distributed.Coordinator.Tests.Runs;

/// <summary>One round of L-DAWA as a run does it, from spool files to a model file, against NumPy over the same bytes.</summary>
public sealed class LDawaRoundTests : IDisposable
{
    private const string Interpreter = "/usr/bin/python3";

    // delta = min(cos(w, x), 1) of each tensor with a direction, x_new = mean of delta w; a counter takes the largest value.
    private const string Recomputation = """
        import json, struct, sys, numpy
        def load(path):
            data = open(path, 'rb').read()
            length = struct.unpack('<Q', data[:8])[0]
            header = json.loads(data[8:8 + length]); header.pop('__metadata__', None)
            types = {'F32': '<f4', 'I64': '<i8'}
            return {name: numpy.frombuffer(data[8 + length + t['data_offsets'][0]:8 + length + t['data_offsets'][1]], types[t['dtype']]).reshape(t['shape'])
                    for name, t in header.items()}
        base, made, *clients = [load(path) for path in sys.argv[1:]]
        factors, worst = [], 0.0
        for client in clients:
            row = {}
            for name, x in base.items():
                w = client[name].astype(numpy.float64).ravel(); g = x.astype(numpy.float64).ravel()
                norms = numpy.linalg.norm(w) * numpy.linalg.norm(g)
                row[name] = min(1.0, float(w @ g) / norms) if x.dtype.kind == 'f' and norms > 0 else 1.0
            factors.append(row)
        for name, x in base.items():
            if x.dtype.kind == 'f':
                new = sum(f[name] * c[name].astype(numpy.float64) for f, c in zip(factors, clients)) / len(clients)
                worst = max(worst, float(numpy.abs(new - made[name]).max()))
        print(json.dumps({'worst': worst, 'factors': factors}))
        """;

    private readonly TempFolder folder = new();

    [Fact]
    public async Task Round_FromTheSpool_IsWhatNumPyMakesOfTheSameFiles()
    {
        if (!File.Exists(Interpreter))
        {
            Assert.Fail("This comparison needs NumPy: apt-get install python3-numpy");
        }

        var stores = new Stores(folder.Path);
        var bytes = Enumerable.Range(1, 4).Select(seed => Models.Bytes(seed, Models.Manifest(2_000))).ToList();
        Assert.Null(stores.Commit(bytes[0], 0, null).Refusal);
        var updates = new List<SpooledUpdate>();
        foreach (var (client, update) in bytes.Skip(1).Select((update, i) => (3 + (4 * i), update)))
        {
            updates.Add((await stores.SpoolAsync(update, Models.Update(update, client, weight: 10 + client))).Value!);
        }

        var spec = WholeRunTests.Spec(rounds: 1, clients: 12) with { Aggregator = new("ldawa", new JsonObject { ["warmupRounds"] = 0 }), Durable = false };
        var made = new ModelMaker(stores.Spool, stores.Checkpoints).Fold(
            "run-a", spec, new RoundEffect.Aggregate(1, 0, [.. updates]), new RunFolder(Path.Combine(folder.Path, "runs"), "run-a"));
        Assert.Null(made.Problem);
        using var writer = made.Writer!;
        var version = new ModelVersion("run-a", 1, 1, made.Result!.Hash, stores.Checkpoints.Latest("run-a")!.Hash, 1, writer.SizeBytes, []);
        Assert.Null(stores.Checkpoints.Commit(writer, version).Refusal);

        var expected = await RecomputeAsync(stores, bytes);
        var report = JsonNode.Parse(made.Result.Report!)!["factors"]!;
        Assert.Equal(["fc.weight", "fc.bias"], report["layers"]!.AsArray().Select(layer => (string)layer!));
        Assert.Equal(["3", "7", "11"], report["clients"]!.AsObject().Select(row => row.Key));
        Assert.True((double)expected["worst"]! < 1e-6, $"the new model differs by {expected["worst"]}");
        foreach (var (client, row) in new[] { "3", "7", "11" }.Select((client, row) => (client, row)))
        {
            Assert.Equal((double)expected["factors"]![row]!["fc.weight"]!, (double)report["clients"]![client]![0]!, 1e-6);
            Assert.Equal((double)expected["factors"]![row]!["fc.bias"]!, (double)report["clients"]![client]![1]!, 1e-6);
        }
    }

    public void Dispose() => folder.Dispose();

    private async Task<JsonNode> RecomputeAsync(Stores stores, List<byte[]> files)
    {
        var paths = new List<string>();
        using (var model = stores.Checkpoints.OpenReader("run-a", 1).Value!)
        {
            var data = new byte[model.Header.Manifest.ByteLength];
            files.Insert(1, [.. model.HeaderBytes.Span, .. model.Read(0, data)]);
        }

        foreach (var file in files)
        {
            paths.Add(Path.Combine(folder.Path, string.Create(CultureInfo.InvariantCulture, $"{paths.Count}.safetensors")));
            await File.WriteAllBytesAsync(paths[^1], file);
        }

        var start = new ProcessStartInfo(Interpreter, ["-c", Recomputation, .. paths]) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["OPENBLAS_NUM_THREADS"] = "1";
        using var python = Process.Start(start)!;
        var (output, errors) = (python.StandardOutput.ReadToEndAsync(), python.StandardError.ReadToEndAsync());
        await python.WaitForExitAsync();
        Assert.True(python.ExitCode == 0, await errors);
        return JsonNode.Parse(Encoding.UTF8.GetBytes(await output))!;
    }
}

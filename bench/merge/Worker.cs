using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using Distributed.Algorithms;
using Distributed.Algorithms.Merging;
using Distributed.Algorithms.Merging.Methods;
using Distributed.Algorithms.Tensors;

namespace Distributed.Bench.Merge;

/// <summary>What a process of its own does, so that its peak memory is that of the merge.</summary>
internal static class Worker
{
    private const int CopyBytes = 1 << 20;

    /// <summary>An embedding that is half of the model, and layers.</summary>
    public static TensorManifest Layout(long megabytes)
    {
        const int Width = 1024, Layers = 32;
        var floats = megabytes * (1 << 20) / sizeof(float);
        List<TensorEntry> tensors = [new("embedding.weight", TensorDType.F32, [floats / 2 / Width, Width])];
        for (var i = 0; i < Layers; i++)
        {
            tensors.Add(new($"layers.{i}.weight", TensorDType.F32, [floats / 2 / Width / Layers, Width]));
            tensors.Add(new($"layers.{i}.bias", TensorDType.F32, [Width]));
        }
        return new TensorManifest(tensors);
    }

    public static void Make(string path, long megabytes, int seed)
    {
        using var file = ModelFile.Create(path, Layout(megabytes));
        var random = new Random(seed);
        var piece = new float[CopyBytes / sizeof(float)];
        for (long at = 0; at < file.Manifest.ByteLength; at += CopyBytes)
        {
            foreach (ref var x in piece.AsSpan()) x = (random.NextSingle() - 0.5f) / 16;
            file.Write(at, MemoryMarshal.AsBytes(piece.AsSpan())[..(int)Math.Min(CopyBytes, file.Manifest.ByteLength - at)]);
        }
    }

    /// <summary>Merges, or copies; prints seconds and the peak of memory in bytes.</summary>
    public static int Run(string method, int threads, string output, IReadOnlyList<string> inputs)
    {
        var files = inputs.Select(ModelFile.Open).ToList();
        using var target = ModelFile.Create(output, files[0].Manifest);
        var start = Stopwatch.GetTimestamp();
        if (method == "copy") Copy(files, target, threads);
        else if (!Merge(method, files, inputs, target, threads)) return 1;
        var seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        foreach (var file in files) file.Dispose();
        using var self = Process.GetCurrentProcess();
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{seconds} {self.PeakWorkingSet64}"));
        return 0;
    }

    private static bool Merge(string method, List<ModelFile> files, IReadOnlyList<string> names, ModelFile target, int threads)
    {
        var sources = files.Select((f, i) => new MergeSource(names[i], f.Manifest, f)).ToList();
        var entry = Registry.FindMerger(method)!;
        MergerParameters parameters = method switch
        {
            "ties" => new TiesParameters { Density = 0.2 },
            _ => (MergerParameters)Activator.CreateInstance(entry.Parameters)!,
        };
        var hasBase = entry.Base == BaseModel.Required;
        var plan = ModelMerge.Plan(entry, parameters, new MergeInput
        {
            Models = [.. hasBase ? sources.Skip(1) : sources],
            Base = hasBase ? sources[0] : null,
            Limits = new() { Parallelism = threads },
        });
        foreach (var problem in plan.Problems) Console.Error.WriteLine(problem);
        if (!plan.Problems.IsEmpty) return false;
        var report = ModelMerge.Run(plan, target);
        if (report.Reason is { } reason) Console.Error.WriteLine(reason);
        return report.Outcome == MergeOutcome.Merged;
    }

    /// <summary>Reads all files and writes one of them.</summary>
    private static void Copy(List<ModelFile> files, ModelFile target, int threads)
    {
        var pieces = (target.Manifest.ByteLength + CopyBytes - 1) / CopyBytes;
        Parallel.For(0, pieces, new ParallelOptions { MaxDegreeOfParallelism = threads }, () => new byte[CopyBytes], (i, _, buffer) =>
        {
            var length = (int)Math.Min(CopyBytes, target.Manifest.ByteLength - (i * CopyBytes));
            foreach (var file in files) file.Read(i * CopyBytes, buffer.AsSpan(0, length));
            target.Write(i * CopyBytes, buffer.AsSpan(0, length));
            return buffer;
        }, _ => { });
    }
}

using System.Collections.Immutable;
using System.Runtime.InteropServices;
using Distributed.Algorithms.Aggregation;
using Distributed.Algorithms.Tensors;

namespace Distributed.Algorithms.Tests;

/// <summary>Models to test with.</summary>
internal static class Models
{
    /// <summary>One tensor of every kind, odd lengths, filled from a seed.</summary>
    public static TensorSet Mixed(int seed)
    {
        var random = new Random(seed);
        var set = new TensorSet(new TensorManifest(
        [
            new("conv.weight", TensorDType.F32, [4, 3, 3]),
            new("flags", TensorDType.BOOL, [3]),
            new("half", TensorDType.F16, [5]),
            new("brain", TensorDType.BF16, [7]),
            new("wide", TensorDType.F64, [2, 1]),
            new("empty", TensorDType.F32, [0, 3]),
            new("bn.running_var", TensorDType.F32, [4], isBuffer: true),
            new("bn.num_batches_tracked", TensorDType.I64, [], isBuffer: true),
            new("ids", TensorDType.I32, [3], isBuffer: true),
        ]));
        foreach (ref var x in set.Values<float>("conv.weight")) x = random.NextSingle() - 0.5f;
        foreach (ref var x in set.Values<Half>("half")) x = (Half)random.NextSingle();
        foreach (ref var x in set.Values<ushort>("brain")) x = (ushort)(BitConverter.SingleToUInt32Bits(random.NextSingle()) >> 16);
        foreach (ref var x in set.Values<double>("wide")) x = random.NextDouble();
        foreach (ref var x in set.Values<float>("bn.running_var")) x = random.NextSingle();
        foreach (ref var x in set.Values<int>("ids")) x = random.Next();
        set.Values<long>("bn.num_batches_tracked")[0] = random.Next();
        return set;
    }

    /// <summary>A model of double-precision parameters.</summary>
    public static TensorSet Of(params double[][] tensors)
    {
        var set = new TensorSet(new TensorManifest(tensors.Select((t, i) => new TensorEntry($"t{i}", TensorDType.F64, [t.Length]))));
        for (var i = 0; i < tensors.Length; i++) tensors[i].CopyTo(set.Values<double>($"t{i}"));
        return set;
    }

    /// <summary>A model of one single-precision tensor.</summary>
    public static TensorSet Of(float[] values)
    {
        var set = new TensorSet(new TensorManifest([new("w", TensorDType.F32, [values.Length])]));
        values.CopyTo(set.Values<float>("w"));
        return set;
    }

    /// <summary>All bytes of a double-precision model as numbers.</summary>
    public static double[] Doubles(this TensorSet set) => MemoryMarshal.Cast<byte, double>(set.Data.Span).ToArray();

    /// <summary>A round over models in memory; the first one's manifest counts, the reference is zero unless given.</summary>
    public static AggregationInput Round(IReadOnlyList<TensorSet> models, IReadOnlyList<double> weights, TensorSet? reference = null, TensorManifest? manifest = null)
    {
        manifest ??= models[0].Manifest;
        return new AggregationInput
        {
            Manifest = manifest,
            Reference = reference ?? new TensorSet(manifest),
            Updates = [.. models.Select((m, i) => new ClientUpdate($"c{i:D4}", weights[i], m))],
        };
    }

    /// <summary>Runs an aggregator by its registered name.</summary>
    public static (AggregateReport Report, TensorSet Model) Run(string name, AggregatorParameters parameters, AggregationInput input)
    {
        var output = new TensorSet(input.Manifest);
        var report = Registry.FindAggregator(name)!.Create(parameters).Aggregate(input, output);
        return (report, output);
    }
}

using Distributed.Algorithms.Aggregation;
using Distributed.Algorithms.Tensors;
using FsCheck;
using FsCheck.Fluent;

namespace Distributed.Algorithms.Tests.Properties;

/// <summary>Random rounds: 2 to 6 clients, two or three tensors of several types and lengths, whole weights.</summary>
internal sealed record Cohorts(int Seed, int Clients, int First, int Second)
{
    public static Arbitrary<Cohorts> Any => Arb.From(
        from seed in Gen.Choose(0, int.MaxValue)
        from clients in Gen.Choose(2, 6)
        from first in Gen.Choose(1, 40)
        from second in Gen.Choose(1, 2000)
        select new Cohorts(seed, clients, first, second));

    public TensorManifest Manifest => new(
    [
        new("a.weight", TensorDType.F32, [Second]),
        new("a.bias", TensorDType.F64, [First]),
        new("n.running_var", TensorDType.F32, [First], isBuffer: true),
        new("n.num_batches_tracked", TensorDType.I64, [], isBuffer: true),
    ]);

    public TensorSet Reference => Model(-1);

    public IReadOnlyList<TensorSet> Models => [.. Enumerable.Range(0, Clients).Select(Model)];

    public double[] Weights => [.. Enumerable.Range(0, Clients).Select(k => 1.0 + new Random(Seed ^ (k * 7919)).Next(500))];

    public AggregationInput Round => Tests.Models.Round(Models, Weights, Reference);

    public TensorSet Model(int client)
    {
        var random = new Random(unchecked((Seed * 31) + client));
        var set = new TensorSet(Manifest);
        foreach (ref var x in set.Values<float>("a.weight")) x = (float)((random.NextDouble() - 0.4) * Math.Pow(10, random.Next(-3, 3)));
        foreach (ref var x in set.Values<double>("a.bias")) x = random.NextDouble() - 0.5;
        foreach (ref var x in set.Values<float>("n.running_var")) x = random.NextSingle();
        set.Values<long>("n.num_batches_tracked")[0] = random.Next();
        return set;
    }
}

using Distributed.Protocols.Runs;

namespace Distributed.Node.Tests.Fixtures;

/// <summary>Run specifications from JSON.</summary>
internal static class Specs
{
    public static RunSpec Parse(string json)
    {
        var problems = new List<SpecProblem>();
        return RunSpecJson.Parse(json, problems) ?? throw new ArgumentException(string.Join("; ", problems));
    }

    /// <summary>A small run on glyphs.</summary>
    public static RunSpec Glyphs(int seed, string model, int rounds, int clients = 10, int train = 4000, int test = 1000) => Parse($$"""
        {
          "kind": "federated", "name": "glyphs", "seed": {{seed}}, "rounds": {{rounds}},
          "data": { "source": "glyphs", "clients": {{clients}}, "train": {{train}}, "test": {{test}}, "partition": { "name": "dirichlet", "alpha": 0.5 } },
          "model": {{model}},
          "training": { "batch": 32, "optimizer": { "name": "sgd", "learningRate": 0.05, "momentum": 0.9 } }
        }
        """);

    /// <summary>examples/mnist-mlp.yaml.</summary>
    public static RunSpec Mnist(int seed, string folder) => Parse($$"""
        {
          "kind": "federated", "name": "mnist", "seed": {{seed}}, "rounds": 20,
          "data": { "source": "mnist", "path": "{{folder}}", "clients": 10, "partition": { "name": "dirichlet", "alpha": 0.5 } },
          "model": { "name": "mlp" },
          "training": { "batch": 32, "optimizer": { "name": "sgd", "learningRate": 0.05, "momentum": 0.9 } }
        }
        """);
}

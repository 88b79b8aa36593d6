namespace Distributed.Cluster.Tests.Harness;

/// <summary>Run files of these tests: small enough for a second, real enough to train.</summary>
internal static class RunFiles
{
    /// <summary>A folder of this test process.</summary>
    public static string Root { get; } = Directory.CreateTempSubdirectory("distributed-cluster-").FullName;

    /// <summary>Six clients, four rounds of an MLP on glyphs.</summary>
    public static string Glyphs(string extra = "") => Write($$"""
        kind: federated
        name: glyphs-cluster
        seed: 7
        rounds: 4
        data: { source: glyphs, clients: 6, train: 600, test: 200, partition: { name: dirichlet, alpha: 0.5 } }
        model: { name: mlp, hidden: [32] }
        training: { epochs: 1, batch: 32, optimizer: { name: sgd, learningRate: 0.05, momentum: 0.9 } }
        simulation: { workers: 2, threads: 1 }
        {{extra}}
        """);

    public static string Write(string yaml)
    {
        var path = Path.Combine(Root, $"{Guid.NewGuid():N}.yaml");
        File.WriteAllText(path, yaml);
        return path;
    }

    public static string NewFolder() => Directory.CreateDirectory(Path.Combine(Root, Guid.NewGuid().ToString("N"))).FullName;
}

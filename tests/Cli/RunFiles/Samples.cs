namespace Distributed.Cli.Tests.RunFiles;

/// <summary>Run files as texts.</summary>
internal static class Samples
{
    /// <summary>A federation that trains in a second or two.</summary>
    public const string Small = """
        kind: federated
        name: small
        rounds: 3
        data: { source: glyphs, clients: 4, train: 400, test: 200 }
        model: { name: mlp, hidden: [32] }
        training: { batch: 20, optimizer: { name: sgd, learningRate: 0.1, momentum: 0.9 } }
        durable: false
        """;
}

using Distributed.Node.Tests.Fixtures;
using Xunit;

namespace Distributed.Node.Tests.Training;

public sealed class DeterminismTests
{
    [Fact]
    public async Task Training_OnOneOrTwoWorkers_GivesTheSameBits()
    {
        var seed = Seeds.Next();

        var (one, two) = (await TrainAsync(seed, workers: 1), await TrainAsync(seed, workers: 2));

        Assert.True(one.AsSpan().SequenceEqual(two), $"seed {seed}");
    }

    [Fact]
    public async Task Training_WithAnotherSeed_GivesAnotherModel()
    {
        var (one, two) = (await TrainAsync(1, workers: 1), await TrainAsync(2, workers: 1));

        Assert.False(one.AsSpan().SequenceEqual(two));
    }

    private static async Task<byte[]> TrainAsync(int seed, int workers)
    {
        var spec = Specs.Glyphs(seed, """{ "name": "mlp", "hidden": [32] }""", rounds: 2, clients: 5, train: 600, test: 100);
        using var federation = new LocalFederation(spec, workers);
        await federation.RunAsync();
        return federation.Model;
    }
}

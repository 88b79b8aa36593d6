using Distributed.Node.Tests.Fixtures;
using Xunit;

namespace Distributed.Node.Tests.Engine;

public sealed class TrainingProcessTests
{
    private const int MB = 1_000_000;

    [Fact]
    public async Task Resident_From500StepsTo5000_StaysFlat()
    {
        var (resident, _) = await TrainingProcess.RunAsync("""{ "name": "mlp" }""", rounds: 10);

        var grown = resident[^1] - resident[0];
        Assert.True(grown <= 5 * MB, $"{grown / MB} MB more: {string.Join(", ", resident.Select(bytes => bytes / MB))}");
    }

    // On some processors libtorch would say for each convolution that NNPACK does not know them.
    [Fact]
    public async Task Train_Convolutions_SayNothingOnStandardError()
    {
        var (_, error) = await TrainingProcess.RunAsync("""{ "name": "lenet" }""", rounds: 1);

        Assert.Equal("", error);
    }
}

using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace Distributed.Compat.Torch.Tests.Training;

public sealed class MlpTests
{
    [Fact]
    public void Mlp_WithSgd_LearnsASeparableProblem()
    {
        manual_seed(1);
        using var model = nn.Sequential(nn.Linear(2, 16), nn.ReLU(), nn.Linear(16, 2));
        using var optimizer = optim.SGD(model.parameters(), 0.1, momentum: 0.9);
        using var x = randn(256, 2);
        using var y = x.select(1, 0).gt(0).to(ScalarType.Int64);
        var loss = 0.0f;
        for (var step = 0; step < 200; step++)
        {
            using var scope = NewDisposeScope();
            optimizer.zero_grad();
            var error = nn.functional.cross_entropy(model.call(x), y);
            error.backward();
            optimizer.step();
            loss = error.item<float>();
        }
        Assert.True(loss < 0.05f, $"loss {loss}");
    }
}

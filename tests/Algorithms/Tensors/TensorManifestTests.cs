using Distributed.Algorithms.Tensors;
using Xunit;

namespace Distributed.Algorithms.Tests.Tensors;

public class TensorManifestTests
{
    private static readonly TensorManifest Model = new([new("w", TensorDType.F32, [2, 3]), new("b", TensorDType.F32, [2])]);

    [Fact]
    public void Equals_SameContent_IsTrue() =>
        Assert.Equal(Model, new TensorManifest([new("w", TensorDType.F32, [2, 3]), new("b", TensorDType.F32, [2])]));

    [Fact]
    public void Differences_Equal_IsEmpty() => Assert.Empty(Model.Differences(new TensorManifest(Model)));

    [Fact]
    public void Differences_ShapeTypeNameRole_SayExpectedAndGot()
    {
        var other = new TensorManifest([new("w", TensorDType.F32, [6]), new("b\u001b[2J", TensorDType.F32, [2])]);
        Assert.Equal(
            ["'w': expected F32[2, 3], got F32[6]", "'b': expected F32[2], got nothing", "'b\\u001b[2J': expected nothing, got F32[2]"],
            Model.Differences(other));
        Assert.Single(Model.Differences(other, limit: 1));
        Assert.Equal(["'b': expected a parameter, got a buffer"],
            Model.Differences(new TensorManifest([Model[0], Model[1] with { IsBuffer = true }])));
    }

    [Fact]
    public void Differences_FourAgainstFourByOne_Differ() => Assert.Single(
        new TensorManifest([new("v", TensorDType.F32, [4])]).Differences(new TensorManifest([new("v", TensorDType.F32, [4, 1])])));

    [Fact]
    public void Differences_AnotherOrder_SaysSo() =>
        Assert.Equal(["the tensors are the same, in another order"], Model.Differences(new TensorManifest(Model.Reverse())));

    [Fact]
    public void Constructor_NameTwice_Throws() =>
        Assert.Throws<ArgumentException>(() => new TensorManifest([new("w", TensorDType.F32, [1]), new("w", TensorDType.F32, [1])]));
}

using System.Runtime.InteropServices;
using Distributed.Adapters;
using TorchSharp;
using TorchSharp.Modules;
using TorchSharp.Native;
using Xunit;
using static TorchSharp.torch;

namespace Distributed.Compat.Torch.Tests.Errors;

/// <summary>Deliberate mistakes: each is an exception with a text that names it, and the process goes on.</summary>
public sealed class ErrorTests
{
    private static readonly nint s_select = Op.Find("select", "int");
    private static readonly nint s_relu = Op.Find("relu");

    public static TheoryData<string, string> Mistakes => new()
    {
        { "shape", "size of tensor" },
        { "index", "out of range" },
        { "unknown operator", "lacks an operator" },
        { "double for int", "argument 'dim' of aten::select: expected int, got double" },
        { "int for tensor", "argument 'self' of aten::select: expected Tensor, got int" },
        { "none for tensor", "argument 'self' of aten::relu: expected Tensor, got None" },
        { "string for int", "argument 'dim' of aten::select: expected int, got string" },
        { "tensor for list", "argument 'tensors' of aten::cat: expected Tensor[], got Tensor" },
        { "bool for int", "argument 'index' of aten::select: expected int, got bool" },
        { "missing argument", "missing argument 'dim' of aten::select" },
        { "too many arguments", "aten::relu takes 1 argument, got 2" },
        { "2^45 elements", "memory" },
        { "backward without a graph", "does not require grad" },
        { "backward of a vector", "grad can be implicitly created only for scalar outputs" },
        { "undefined in a list", "argument 'tensors' of aten::cat: element 1 is undefined" },
        { "item of many", "one element" },
        { "gradient of another shape", "shape" },
        { "type of an index", "dtype" },
    };

    [Theory]
    [MemberData(nameof(Mistakes))]
    public void Mistake_OfAnyKind_IsAnExceptionThatNamesIt(string mistake, string text)
    {
        using var scope = NewDisposeScope();
        var error = Assert.ThrowsAny<Exception>(() => Make(mistake, ones(2, 3)));
        Assert.Contains(text, error.Message, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("please report a bug", error.Message, StringComparison.Ordinal);
        Assert.Equal(6, ones(2, 3).sum().ToSingle());
    }

    [Fact]
    public void CudaTensor_WithoutCuda_IsAnException()
    {
        if (cuda.is_available())
            return;
        Assert.ThrowsAny<ExternalException>(() => ones(2, device: CUDA));
    }

    [Fact]
    public void Hook_ThatThrows_EndsTheBackwardPassWithItsExceptionInside()
    {
        using var scope = NewDisposeScope();
        var leaf = new Parameter(ones(3));
        using var hook = new TensorEngine().AfterAccumulation(leaf, () => throw new InvalidOperationException("not today"));
        var error = Assert.ThrowsAny<ExternalException>(() => leaf.sum().backward());
        Assert.Equal("not today", error.InnerException?.Message);
    }

    [Fact]
    public void DisposedTensor_InACall_IsAnObjectDisposedException()
    {
        var tensor = ones(2);
        tensor.Dispose();
        Assert.Throws<ObjectDisposedException>(() => tensor.add(1));
        Assert.True(tensor.IsInvalid);
    }

    [Fact]
    public void Accessor_OfAnotherType_IsRefused()
    {
        using var tensor = ones(2);
        Assert.Throws<ArgumentException>(() => tensor.data<double>());
        Assert.Throws<ArgumentException>(() => tensor.item<float>());
    }

    private static void Make(string mistake, Tensor t)
    {
        _ = mistake switch
        {
            "shape" => t + ones(4),
            "index" => t.select(0, 5),
            "unknown operator" => Op.Call(Op.Find("no_such_operator"), [t]),
            "double for int" => Op.Call(s_select, [t, 1.5, 0]),
            "int for tensor" => Op.Call(s_select, [1, 0, 0]),
            "none for tensor" => Op.Call(s_relu, [default]),
            "string for int" => Op.Call(s_select, [t, "zero", 0]),
            "tensor for list" => Op.Call(Op.Find("cat"), [t, 0]),
            "bool for int" => Op.Call(s_select, [t, 0, true]),
            "missing argument" => Op.Call(s_select, [t]),
            "too many arguments" => Op.Call(s_relu, [t, 1]),
            "2^45 elements" => empty(1L << 45),
            "backward without a graph" => Backward(t.sum()),
            "backward of a vector" => Backward(new Parameter(t) * 2),
            "undefined in a list" => cat([t, null!]),
            "item of many" => t.ToSingle() > 0 ? t : t,
            "gradient of another shape" => Grad(t),
            "type of an index" => t.index_select(0, ones(1)),
            _ => throw new ArgumentOutOfRangeException(nameof(mistake)),
        };
    }

    private static Tensor Backward(Tensor tensor)
    {
        tensor.backward();
        return tensor;
    }

    private static Tensor Grad(Tensor tensor)
    {
        tensor.grad = ones(7);
        return tensor;
    }
}

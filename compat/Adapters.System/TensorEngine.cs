using System.Collections.Immutable;
using Distributed.Collectives;
using TorchSharp;
using TorchSharp.Modules;
using TorchSharp.Native;
using static TorchSharp.torch;

namespace Distributed.Adapters;

/// <summary>The tensor engine over compat/Torch: libtorch through native/.</summary>
public sealed class TensorEngine : ITensorEngine
{
    /// <inheritdoc/>
    public bool HasHooks => true;

    /// <inheritdoc/>
    public EngineDescription Describe()
    {
        var known = BuildInfo.Read();
        var blas = known["blas"];
        return new EngineDescription(
            "libtorch through native/",
            known["libtorch"],
            blas,
            blas == "reference",
            ["cpu", .. Enumerable.Range(0, cuda.device_count()).Select(i => $"cuda:{i}")],
            get_num_threads(),
            get_num_interop_threads(),
            known.ToImmutableSortedDictionary(StringComparer.Ordinal));
    }

    /// <inheritdoc/>
    public Span<float> Host(Tensor tensor)
    {
        HostMemory.Check(tensor);
        return tensor.HostSpan<float>(tensor.NumberOfElements);
    }

    /// <inheritdoc/>
    public Tensor Wrap(Memory<float> memory, ReadOnlySpan<long> shape)
    {
        HostMemory.Check(memory, shape);
        var pin = memory.Pin();
        unsafe
        {
            return Creation.Over(pin.Pointer, shape, ScalarType.Float32, pin);
        }
    }

    /// <inheritdoc/>
    public Tensor? Gradient(Tensor leaf) => leaf.grad;

    /// <inheritdoc/>
    public void SetGradient(Tensor leaf, Tensor? gradient) => leaf.grad = gradient;

    /// <inheritdoc/>
    public IDisposable AfterAccumulation(Parameter leaf, Action hook) => new GradientHook(leaf, hook);

    /// <inheritdoc/>
    public void AddScaled(IReadOnlyList<Tensor> targets, IReadOnlyList<Tensor> sources, double factor)
    {
        HostMemory.CheckSameLength(targets, sources);
        if (targets.Count == 0)
            return;
        using var off = no_grad();
        Op.Run(Ops.EachAdd, [Array(targets), Array(sources), factor]);
    }

    /// <inheritdoc/>
    public void Scale(IReadOnlyList<Tensor> targets, double factor)
    {
        if (targets.Count == 0)
            return;
        using var off = no_grad();
        Op.Run(Ops.EachMulScalar, [Array(targets), factor]);
    }

    /// <inheritdoc/>
    public double Norm(IReadOnlyList<Tensor> tensors)
    {
        if (tensors.Count == 0)
            return 0;
        using var off = no_grad();
        using var scope = NewDisposeScope();
        return stack(Op.CallMany(Ops.EachNorm, [Array(tensors), 2.0])).norm().ToDouble();
    }

    private static Tensor[] Array(IReadOnlyList<Tensor> tensors) => tensors as Tensor[] ?? [.. tensors];
}

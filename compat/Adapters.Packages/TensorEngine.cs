using System.Collections.Immutable;
using System.Runtime.InteropServices;
using Distributed.Collectives;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Distributed.Adapters;

/// <summary>The tensor engine over the real TorchSharp: no hooks, no fused steps, memory of arrays only.</summary>
public sealed class TensorEngine : ITensorEngine
{
    /// <inheritdoc/>
    public bool HasHooks => false;

    /// <inheritdoc/>
    public EngineDescription Describe() => new(
        "TorchSharp",
        __version__,
        "MKL (built in)",
        ReferenceBlas: false,
        ["cpu", .. Enumerable.Range(0, cuda.device_count()).Select(i => $"cuda:{i}")],
        get_num_threads(),
        get_num_interop_threads(),
        ImmutableSortedDictionary<string, string>.Empty);

    /// <inheritdoc/>
    public Span<float> Host(Tensor tensor)
    {
        HostMemory.Check(tensor);
        return MemoryMarshal.Cast<byte, float>(tensor.bytes);
    }

    /// <inheritdoc/>
    public Tensor Wrap(Memory<float> memory, ReadOnlySpan<long> shape)
    {
        HostMemory.Check(memory, shape);
        if (!MemoryMarshal.TryGetArray<float>(memory, out var array))
            throw new ArgumentException("TorchSharp shares the memory of arrays only", nameof(memory));
        using var flat = frombuffer(array.Array!, ScalarType.Float32, array.Count, array.Offset);
        return flat.view(shape.ToArray());
    }

    /// <inheritdoc/>
    public Tensor? Gradient(Tensor leaf) => leaf.grad;

    /// <inheritdoc/>
    public void SetGradient(Tensor leaf, Tensor? gradient) => leaf.grad = gradient;

    /// <inheritdoc/>
    public IDisposable AfterAccumulation(Parameter leaf, Action hook) =>
        throw new NotSupportedException("TorchSharp has no hooks on gradients: reduce them after the backward pass");

    /// <inheritdoc/>
    public void AddScaled(IReadOnlyList<Tensor> targets, IReadOnlyList<Tensor> sources, double factor)
    {
        HostMemory.CheckSameLength(targets, sources);
        using var off = no_grad();
        for (var i = 0; i < targets.Count; i++)
            targets[i].add_(sources[i], factor);
    }

    /// <inheritdoc/>
    public void Scale(IReadOnlyList<Tensor> targets, double factor)
    {
        using var off = no_grad();
        foreach (var target in targets)
            target.mul_(factor);
    }

    /// <inheritdoc/>
    public double Norm(IReadOnlyList<Tensor> tensors)
    {
        using var off = no_grad();
        using var scope = NewDisposeScope();
        return tensors.Count == 0 ? 0 : stack(tensors.Select(t => t.norm())).norm().item<float>();
    }
}

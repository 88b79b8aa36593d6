using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Distributed.Collectives;

/// <summary>
/// What training needs of the tensor engine beyond the TorchSharp API. Implemented by an adapter per engine; composition roots choose.
/// Tensors are on the calling thread's dispose scope as usual; nothing here is asynchronous.
/// </summary>
public interface ITensorEngine
{
    /// <summary>Whether <see cref="AfterAccumulation"/> works. Where it does not, gradients are reduced after the backward pass.</summary>
    bool HasHooks { get; }

    /// <summary>What is installed and in use. Loads the engine.</summary>
    EngineDescription Describe();

    /// <summary>The memory of a contiguous float32 tensor on the CPU, not a copy. Valid as long as the tensor lives.</summary>
    /// <exception cref="ArgumentException">Another element type, another device, or not contiguous.</exception>
    Span<float> Host(Tensor tensor);

    /// <summary>A float32 tensor over <paramref name="memory"/>, not a copy. The memory stays pinned until the tensor's last handle is gone.</summary>
    /// <param name="memory">As many elements as the shape has.</param>
    /// <param name="shape">Sizes, row-major.</param>
    /// <exception cref="ArgumentException">The number of elements does not fit the shape.</exception>
    Tensor Wrap(Memory<float> memory, ReadOnlySpan<long> shape);

    /// <summary>The gradient that a leaf has accumulated, or null. The same tensor, not a copy.</summary>
    Tensor? Gradient(Tensor leaf);

    /// <summary>Replaces a leaf's gradient; null lets go of it.</summary>
    void SetGradient(Tensor leaf, Tensor? gradient);

    /// <summary>
    /// Calls <paramref name="hook"/> inside each backward pass, when the leaf's gradient is complete, on the thread that runs that part of the
    /// pass (the caller's, on the CPU). An exception of the hook ends the pass and is the inner exception of what the caller gets.
    /// </summary>
    /// <returns>Removes the hook when disposed.</returns>
    /// <exception cref="NotSupportedException"><see cref="HasHooks"/> is false.</exception>
    IDisposable AfterAccumulation(Parameter leaf, Action hook);

    /// <summary>targets[i] += factor · sources[i], in place and without recording, in as few operators as the engine can.</summary>
    /// <exception cref="ArgumentException">Lists of different lengths.</exception>
    void AddScaled(IReadOnlyList<Tensor> targets, IReadOnlyList<Tensor> sources, double factor);

    /// <summary>targets[i] *= factor, in place and without recording.</summary>
    void Scale(IReadOnlyList<Tensor> targets, double factor);

    /// <summary>The Euclidean norm over all elements of all tensors; 0 for none.</summary>
    double Norm(IReadOnlyList<Tensor> tensors);
}

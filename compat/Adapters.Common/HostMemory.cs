using static TorchSharp.torch;

namespace Distributed.Adapters;

/// <summary>What both adapters check before they share memory.</summary>
internal static class HostMemory
{
    internal static void Check(Tensor tensor)
    {
        if (tensor.dtype != ScalarType.Float32)
            throw new ArgumentException($"host memory is shared as float32, the tensor is {tensor.dtype}", nameof(tensor));
        if (tensor.device_type != TorchSharp.DeviceType.CPU)
            throw new ArgumentException($"the tensor is on {tensor.device}, not on the CPU", nameof(tensor));
        if (!tensor.is_contiguous())
            throw new ArgumentException("the tensor is not contiguous", nameof(tensor));
    }

    internal static void Check(Memory<float> memory, ReadOnlySpan<long> shape)
    {
        long elements = 1;
        foreach (var size in shape)
            elements = checked(elements * size);
        if (elements != memory.Length)
            throw new ArgumentException($"{memory.Length} elements for a shape of {elements}", nameof(memory));
    }

    internal static void CheckSameLength(IReadOnlyList<Tensor> targets, IReadOnlyList<Tensor> sources)
    {
        if (targets.Count != sources.Count)
            throw new ArgumentException($"{targets.Count} targets, {sources.Count} sources", nameof(sources));
    }
}

using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace Distributed.Node.Merging;

/// <summary>A layer's values as [samples, channels, space]: maps have their channels on axis 1, all else (vectors, sequences) on the last.</summary>
internal static class ChannelValues
{
    /// <summary>The values, valid as long as the tensor and the current scope live.</summary>
    /// <param name="values">What a layer took or gave.</param>
    /// <param name="space">Values of a channel in one sample.</param>
    public static ReadOnlySpan<float> Of(Tensor values, out int space)
    {
        space = values.dim() == 4 ? (int)(values.shape[2] * values.shape[3]) : 1;
        return MemoryMarshal.Cast<byte, float>(values.to_type(ScalarType.Float32).contiguous().bytes);
    }
}

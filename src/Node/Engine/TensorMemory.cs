using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using TorchSharp;

namespace Distributed.Node.Engine;

/// <summary>Tensors by where their numbers lie: TorchSharp may wrap one tensor in several objects.</summary>
internal static class TensorMemory
{
    /// <summary>The address of the first element of a contiguous tensor, or of a device's storage: the same for all that share it.</summary>
    public static unsafe nint AddressOf(torch.Tensor tensor) =>
        tensor.device_type == DeviceType.CPU ? (nint)Unsafe.AsPointer(ref MemoryMarshal.GetReference(tensor.bytes)) : tensor.storage<byte>().data_ptr();
}

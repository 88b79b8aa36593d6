using System.Runtime.InteropServices;

namespace TorchSharp.Native;

/// <summary>What the factories of tensors share.</summary>
internal static class Creation
{
    private static readonly long[] s_scalar = [];

    internal static torch.Tensor Sized(nint op, long[] size, torch.ScalarType? dtype, torch.Device? device, bool requiresGrad) =>
        Leaf(Op.Call(op, [size, dtype ?? torch.get_default_dtype(), default, device]), requiresGrad);

    internal static torch.Tensor Drawn(nint op, long[] size, torch.ScalarType? dtype, torch.Device? device, bool requiresGrad, torch.Generator? generator) =>
        Leaf(Op.Call(op, [size, generator, dtype ?? torch.get_default_dtype(), default, device]), requiresGrad);

    internal static torch.Tensor Leaf(torch.Tensor tensor, bool requiresGrad)
    {
        if (requiresGrad)
            tensor.requires_grad = true;
        return tensor;
    }

    /// <summary>The type of a tensor made from numbers: the default floating type when one of them is floating.</summary>
    internal static torch.ScalarType TypeOf(params ReadOnlySpan<Scalar> values)
    {
        var type = torch.ScalarType.Bool;
        foreach (var value in values)
        {
            if (value.Tag == Tag.Double)
                return torch.get_default_dtype();
            if (value.Tag == Tag.Int)
                type = torch.ScalarType.Int64;
        }
        return type;
    }

    /// <summary>A tensor with a copy of the values.</summary>
    internal static torch.Tensor Copied<T>(ReadOnlySpan<T> values, ReadOnlySpan<long> dimensions, torch.ScalarType? dtype, torch.Device? device, bool requiresGrad)
        where T : unmanaged
    {
        var type = ElementTypes.Need(typeof(T));
        var size = dimensions.IsEmpty ? s_scalar : dimensions.ToArray();
        if (size.TotalSize() != values.Length)
            throw new ArgumentException($"{values.Length} values for a tensor of [{string.Join(", ", size)}]");
        var host = Op.Call(Ops.Empty, [size, type]);
        values.CopyTo(host.HostSpan<T>(values.Length));
        if ((dtype ?? type) == type && device is null or { type: DeviceType.CPU })
            return Leaf(dtype is null || dtype == type ? host : host.to(dtype.Value, disposeAfter: true), requiresGrad);
        return Leaf(host.to(dtype ?? type, device ?? torch.CPU, disposeAfter: true), requiresGrad);
    }

    internal static torch.Tensor Copied<T>(T[,] values, torch.ScalarType? dtype, torch.Device? device, bool requiresGrad)
        where T : unmanaged
    {
        var flat = values.Length == 0 ? default : MemoryMarshal.CreateReadOnlySpan(ref values[0, 0], values.Length);
        return Copied(flat, [values.GetLength(0), values.GetLength(1)], dtype, device, requiresGrad);
    }

    /// <summary>A tensor over foreign memory; <paramref name="owner"/> is disposed when its last handle is gone.</summary>
    internal static unsafe torch.Tensor Over(void* data, ReadOnlySpan<long> size, torch.ScalarType type, IDisposable owner)
    {
        var context = GCHandle.ToIntPtr(GCHandle.Alloc(owner));
        try
        {
            fixed (long* sizes = size)
            {
                NativeMethods.Throw(NativeMethods.dt_from_blob(data, sizes, size.Length, (int)type, &Callbacks.Release, context, out var handle));
                return new torch.Tensor(handle);
            }
        }
        catch
        {
            GCHandle.FromIntPtr(context).Free();
            owner.Dispose();
            throw;
        }
    }
}

using System.Collections.Immutable;
using Distributed.Algorithms.Tensors;
using Distributed.Node.Engine;
using TorchSharp;
using TorchSharp.Modules;

namespace Distributed.Node.Models;

/// <summary>
/// A module's parameters and buffers as one contiguous state, in the order the module names them: one copy in, one copy out.
/// </summary>
internal sealed class ModelState
{
    private readonly torch.Tensor[] tensors;
    // Where their bytes are read and written: the tensors themselves, or for a device's a copy in memory.
    private readonly torch.Tensor[] host;

    public ModelState(torch.nn.Module model)
        : this(model, throughCopies: model.parameters().Any(parameter => parameter.device_type != DeviceType.CPU))
    {
    }

    internal ModelState(torch.nn.Module model, bool throughCopies)
    {
        var parameters = model.named_parameters().Select(pair => (pair.name, tensor: (torch.Tensor)pair.parameter, buffer: false));
        var buffers = model.named_buffers().Select(pair => (pair.name, tensor: pair.buffer, buffer: true));
        // A tensor that two modules share travels once, under its first name.
        var named = parameters.Concat(buffers).DistinctBy(item => item.tensor.numel() == 0 ? (object)item.name : TensorMemory.AddressOf(item.tensor)).ToArray();
        tensors = Array.ConvertAll(named, item => item.tensor);
        host = throughCopies ? Array.ConvertAll(tensors, tensor => torch.empty_like(tensor, device: torch.CPU).DetachFromDisposeScope()) : tensors;
        Manifest = new TensorManifest(named.Select(item =>
            new TensorEntry(item.name, TypeOf(item.tensor), ImmutableArray.Create(item.tensor.shape), item.buffer)));
    }

    /// <summary>The tensors, in the order of their bytes.</summary>
    public TensorManifest Manifest { get; }

    /// <summary>What an optimizer steps, each once.</summary>
    public IEnumerable<Parameter> Parameters => tensors.OfType<Parameter>();

    /// <summary>Copies a state into the module.</summary>
    public void Load(ReadOnlySpan<byte> state)
    {
        for (var i = 0; i < tensors.Length; i++)
        {
            var entry = Manifest[i];
            state.Slice((int)entry.Offset, (int)entry.ByteLength).CopyTo(host[i].bytes);
            Copy(host[i], tensors[i]);
        }
    }

    /// <summary>Copies trainable tensors alone into the module.</summary>
    /// <param name="flat">One behind the other, in the manifest's order.</param>
    public void LoadParameters(ReadOnlySpan<byte> flat)
    {
        var at = 0;
        for (var i = 0; i < tensors.Length; i++)
        {
            if (Manifest[i].IsTrainable)
            {
                var length = (int)Manifest[i].ByteLength;
                flat.Slice(at, length).CopyTo(host[i].bytes);
                Copy(host[i], tensors[i]);
                at += length;
            }
        }
    }

    /// <summary>Copies the module's state out.</summary>
    public void Save(Span<byte> state)
    {
        for (var i = 0; i < tensors.Length; i++)
        {
            Copy(tensors[i], host[i]);
            host[i].bytes.CopyTo(state[(int)Manifest[i].Offset..]);
        }
    }

    private static void Copy(torch.Tensor from, torch.Tensor to)
    {
        if (!ReferenceEquals(from, to))
        {
            using var mode = torch.no_grad();
            to.copy_(from);
        }
    }

    private static TensorDType TypeOf(torch.Tensor tensor) => tensor.dtype switch
    {
        torch.ScalarType.Float32 => TensorDType.F32,
        torch.ScalarType.Float64 => TensorDType.F64,
        torch.ScalarType.Float16 => TensorDType.F16,
        torch.ScalarType.BFloat16 => TensorDType.BF16,
        torch.ScalarType.Int64 => TensorDType.I64,
        torch.ScalarType.Int32 => TensorDType.I32,
        torch.ScalarType.Int16 => TensorDType.I16,
        torch.ScalarType.Int8 => TensorDType.I8,
        torch.ScalarType.Byte => TensorDType.U8,
        torch.ScalarType.Bool => TensorDType.BOOL,
        _ => throw new NotSupportedException($"A model's tensor of type {tensor.dtype} cannot travel."),
    };
}

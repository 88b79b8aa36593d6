using System.Buffers;
using Distributed.Algorithms.Tensors;
using Distributed.Coordinator.Storage;
using Distributed.Protocols.Refusals;

namespace Distributed.Coordinator.Admission;

/// <summary>
/// The content half of admission (guarantee G7): the safetensors header must describe the run's model, and every floating-point number must be finite.
/// Holds the header while it arrives, at most 16 MiB and never more than was sent; the data is looked at as it passes.
/// </summary>
/// <param name="reference">What the update must hold; null: anything well-formed (the initial model).</param>
/// <param name="sizeBytes">Size of the whole file.</param>
internal sealed class UpdateInspector(TensorManifest? reference, long sizeBytes) : IUpdateInspector
{
    // One byte more than the prefix tells a pickle or a zip from a damaged file.
    private const int StartBytes = Safetensors.PrefixBytes + 1;

    private ArrayBufferWriter<byte>? start = new(StartBytes);
    private int headerBytes = -1;
    private FiniteScanner? scanner;

    public Refusal? Inspect(ReadOnlySpan<byte> bytes)
    {
        try
        {
            return scanner is null && TakeHeader(ref bytes) is { } refusal ? refusal : Scan(bytes);
        }
        catch (SafetensorsException error)
        {
            return new Refusal(RefusalCode.ModelFormat, error.Message);
        }
    }

    public Refusal? Finish() => scanner is null
        ? new Refusal(RefusalCode.ModelFormat, $"The {sizeBytes} bytes end before the safetensors header does.")
        : null;

    private Refusal? TakeHeader(ref ReadOnlySpan<byte> bytes)
    {
        if (headerBytes < 0)
        {
            Take(ref bytes, StartBytes);
            if (start!.WrittenCount < Math.Min(StartBytes, sizeBytes))
            {
                return null;
            }

            headerBytes = Safetensors.PrefixBytes + Safetensors.ReadHeaderLength(start.WrittenSpan);
            if (headerBytes > sizeBytes)
            {
                return new Refusal(RefusalCode.ModelFormat, $"The safetensors header alone claims {headerBytes} bytes, the file has {sizeBytes}.");
            }
        }

        Take(ref bytes, headerBytes);
        return start!.WrittenCount == headerBytes ? Compare() : null;
    }

    private void Take(ref ReadOnlySpan<byte> bytes, int upTo)
    {
        var piece = bytes[..Math.Min(bytes.Length, upTo - start!.WrittenCount)];
        start.Write(piece);
        bytes = bytes[piece.Length..];
    }

    private Refusal? Compare()
    {
        var header = Safetensors.ParseHeader(start!.WrittenSpan[Safetensors.PrefixBytes..], sizeBytes - headerBytes);
        start = null;
        scanner = new FiniteScanner(header.Manifest);
        return reference?.Differences(header.Manifest) is { Count: > 0 } differences
            ? new Refusal(RefusalCode.UpdateShape, $"The tensors are not those of the run's model: {string.Join("; ", differences)}.")
            : null;
    }

    private Refusal? Scan(ReadOnlySpan<byte> data)
    {
        // No scanner: the header is not complete and took all there was.
        scanner?.Append(data);
        return scanner?.Found is { } found
            ? new Refusal(RefusalCode.UpdateNonFinite, $"Tensor {Printable.Of(found.Tensor)} holds NaN or infinity ({found.Count} so far); nothing of the update is used.")
            : null;
    }
}

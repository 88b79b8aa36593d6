namespace Distributed.Algorithms.Tensors;

/// <summary>
/// The data of a model (what lies behind a safetensors header), read by position. Several threads read at once. A file is read into the
/// buffer; a model that lies in memory is not copied.
/// </summary>
public interface ITensorReader
{
    /// <summary>Gives <c>buffer.Length</c> bytes of data from <paramref name="offset"/> on.</summary>
    /// <param name="offset">First byte, counted from the start of the data.</param>
    /// <param name="buffer">Room that the reader may fill.</param>
    /// <returns>Either <paramref name="buffer"/>, filled whole, or as many bytes of memory that the reader holds anyway.</returns>
    /// <exception cref="IOException">The bytes cannot be had; a short read is one.</exception>
    ReadOnlySpan<byte> Read(long offset, Span<byte> buffer);
}

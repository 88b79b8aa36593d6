namespace Distributed.Algorithms.Tensors;

/// <summary>
/// The data of a model that is being made, written by position, from several threads at once, each byte once, in any order.
/// </summary>
public interface ITensorWriter
{
    /// <summary>Takes bytes of the data.</summary>
    /// <param name="offset">Where they go, counted from the start of the data.</param>
    /// <param name="bytes">The bytes; the caller reuses their memory afterwards.</param>
    /// <exception cref="IOException">The bytes cannot be stored.</exception>
    void Write(long offset, ReadOnlySpan<byte> bytes);
}

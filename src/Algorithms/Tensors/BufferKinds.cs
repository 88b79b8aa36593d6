namespace Distributed.Algorithms.Tensors;

/// <summary>What a buffer is, by the names that PyTorch's normalisation layers give theirs.</summary>
internal static class BufferKinds
{
    /// <summary>A running variance: never below 0.</summary>
    public static bool IsVariance(TensorEntry entry) => LastPart(entry.Name) is "running_var";

    /// <summary>A counter of steps.</summary>
    public static bool IsCounter(TensorEntry entry) => LastPart(entry.Name) is "num_batches_tracked" && entry.DType.IsInteger();

    private static string LastPart(string name) => name[(name.LastIndexOf('.') + 1)..];
}

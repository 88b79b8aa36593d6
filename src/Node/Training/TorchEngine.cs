using TorchSharp;

namespace Distributed.Node.Training;

/// <summary>libtorch in this process: loaded at the first run that trains, never for runs that do not.</summary>
public static class TorchEngine
{
    /// <summary>Sets the calling thread up for training: libtorch's and OpenMP's thread counts belong to the thread that asks.</summary>
    /// <param name="threads">Intra-op threads.</param>
    internal static void EnterThread(int threads) => torch.set_num_threads(threads);

    /// <summary>What computes, for run records and <c>dist check</c>.</summary>
    public static string Describe() => $"libtorch {torch.__version__}, cpu";
}

using System.Runtime.ExceptionServices;

namespace Distributed.Algorithms.Tensors;

/// <summary>Independent pieces of work on several threads, each thread with its own buffers.</summary>
internal static class BlockWork
{
    /// <summary>Does every piece once; a failure comes out as it was thrown, not wrapped.</summary>
    public static void Run<TBuffers>(
        int pieces, WorkLimits limits, Func<TBuffers> rent, Action<int, TBuffers> work, CancellationToken cancellation)
        where TBuffers : IDisposable
    {
        var options = new ParallelOptions { MaxDegreeOfParallelism = limits.Parallelism, CancellationToken = cancellation };
        try
        {
            Parallel.For(0, pieces, options, rent, (i, _, buffers) => { work(i, buffers); return buffers; }, buffers => buffers.Dispose());
        }
        catch (AggregateException e)
        {
            ExceptionDispatchInfo.Throw(e.InnerExceptions[0]);
        }
    }
}

using Distributed.Node.Data.Partitioning;

namespace Distributed.Node.Training;

/// <summary>A run as this process sees it: its data in memory, and trainers on demand, one for each worker.</summary>
internal interface IWorkload : IDisposable
{
    /// <summary>Examples of each client, by client id.</summary>
    IReadOnlyList<int> ClientExamples { get; }

    /// <summary>The clients' examples by class; null where there are no classes.</summary>
    ClassHistogram? Histogram { get; }

    /// <summary>Test examples.</summary>
    int TestExamples { get; }

    /// <summary>Examples of the proxy set that are here; 0: none.</summary>
    int ProxyExamples { get; }

    /// <summary>What computes, e.g. <c>libtorch 2.x cpu</c>; goes into the run's record.</summary>
    string Engine { get; }

    /// <summary>What whoever looks after the node should know, in sentences.</summary>
    IEnumerable<string> Remarks { get; }

    /// <summary>Whether training gives back the very bytes that it was given, so that they need no second buffer and no second hash.</summary>
    bool ReturnsItsInput { get; }

    /// <summary>Makes a trainer; called on the thread that will use it.</summary>
    /// <param name="threads">Intra-op threads that it may use.</param>
    ITrainer CreateTrainer(int threads);
}

using System.ComponentModel.DataAnnotations;

namespace Distributed.Protocols.Runs;

/// <summary>Layout of a simulation. The result does not depend on it: same run, same bits on 1 or 8 workers.</summary>
public sealed record SimulationSpec
{
    /// <summary>Training workers, each with one resident model.</summary>
    /// <value>Number of processors, at most 8.</value>
    [Range(1, 1024)]
    public int Workers { get; init; } = Math.Min(Environment.ProcessorCount, 8);

    /// <summary>Intra-op threads of a worker.</summary>
    /// <value>1.</value>
    [Range(1, 1024)]
    public int Threads { get; init; } = 1;
}

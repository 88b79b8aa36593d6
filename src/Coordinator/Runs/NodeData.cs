using System.Collections.Immutable;
using Distributed.Protocols.Runs;
using Orleans;

namespace Distributed.Coordinator.Runs;

/// <summary>What a node that accepted a run says of its data.</summary>
/// <param name="Examples">Training examples by client id; 0 for clients that it cannot run.</param>
/// <param name="TestExamples">Test examples.</param>
/// <param name="Engine">What trains.</param>
/// <param name="Classes">Number of classes; 0: none.</param>
/// <param name="Counts">Training examples, client id times classes plus class; empty without classes or when there are too many.</param>
[GenerateSerializer, Immutable, Alias("distributed.node-data")]
public sealed record NodeData(
    [property: Id(0)] ImmutableArray<long> Examples,
    [property: Id(1)] long TestExamples,
    [property: Id(2)] string Engine,
    [property: Id(3)] int Classes,
    [property: Id(4)] ImmutableArray<long> Counts)
{
    /// <summary>The same as it is kept.</summary>
    public PartitionRecord ToRecord() => new()
    {
        Examples = Examples,
        TestExamples = TestExamples,
        Engines = Engine.Length > 0 ? [Engine] : [],
        Classes = Classes,
        Counts = Counts.IsEmpty ? null : [.. Counts.Chunk(Classes).Select(row => ImmutableArray.Create(row))],
    };
}

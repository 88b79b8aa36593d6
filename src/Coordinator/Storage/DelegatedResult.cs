using System.Collections.Immutable;
using Distributed.Reports.Facts;
using Orleans;

namespace Distributed.Coordinator.Storage;

/// <summary>What a node that aggregated a round says besides the model; checked for form and size, not kept with the model's bytes.</summary>
[GenerateSerializer, Immutable, Alias("distributed.delegated-result")]
public sealed record DelegatedResult
{
    /// <summary>Most figures, remarks or layers.</summary>
    public const int MaximumCount = 4096;

    /// <summary>Share of each client in the new model.</summary>
    [Id(0)]
    public ImmutableSortedDictionary<int, double> Coefficients { get; init; } = ImmutableSortedDictionary<int, double>.Empty;

    /// <summary>Figures of the rule, finite.</summary>
    [Id(1)]
    public ImmutableSortedDictionary<string, double> Metrics { get; init; } = ImmutableSortedDictionary<string, double>.Empty;

    /// <summary>Remarks.</summary>
    [Id(2)]
    public ImmutableArray<string> Notes { get; init; } = [];

    /// <summary>Names of the tensors that <see cref="Factors"/> are about.</summary>
    [Id(3)]
    public ImmutableArray<string> Layers { get; init; } = [];

    /// <summary>Factors of each client's tensors; empty where the rule has none.</summary>
    [Id(4)]
    public ImmutableSortedDictionary<int, ImmutableArray<double>> Factors { get; init; } = ImmutableSortedDictionary<int, ImmutableArray<double>>.Empty;

    /// <summary>What the aggregator passes on with the new version.</summary>
    [Id(5)]
    public ImmutableArray<byte> State { get; init; } = [];
}

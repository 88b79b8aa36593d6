using System.Collections.Immutable;
using Distributed.Algorithms.Tensors;

namespace Distributed.Algorithms.Aggregation;

/// <summary>What an aggregator works on: one round, admitted and closed.</summary>
public sealed record AggregationInput
{
    private readonly ImmutableArray<ClientUpdate> _updates = [];

    /// <summary>What every model of the round holds.</summary>
    public required TensorManifest Manifest { get; init; }

    /// <summary>The model that the clients started from.</summary>
    public required ITensorReader Reference { get; init; }

    /// <summary>The admitted updates; kept in ascending (ordinal) order of the client's id, which is the order of every sum.</summary>
    /// <exception cref="ArgumentException">A client appears twice.</exception>
    public required ImmutableArray<ClientUpdate> Updates
    {
        get => _updates;
        init
        {
            _updates = value.Sort((a, b) => string.CompareOrdinal(a.Client, b.Client));
            for (var i = 1; i < _updates.Length; i++)
                if (_updates[i].Client == _updates[i - 1].Client)
                    throw new ArgumentException($"Client {_updates[i].Client} appears twice.", nameof(value));
        }
    }

    /// <summary>The round that is being closed, from 0.</summary>
    public int Round { get; init; }

    /// <summary><see cref="AggregateReport.State"/> of the last round that was committed; empty in the first.</summary>
    public ReadOnlyMemory<byte> State { get; init; }

    /// <summary>The proxy set, for rules that need one (<see cref="AggregatorEntry.NeedsProxy"/>).</summary>
    public IProxyObjective? Proxy { get; init; }

    /// <summary>Memory and threads.</summary>
    public WorkLimits Limits { get; init; } = new();
}

namespace Distributed.Algorithms.Aggregation;

/// <summary>How an aggregator goes through the clients' models.</summary>
public enum Consumption
{
    /// <summary>Block by block, the clients in ascending order, once or twice.</summary>
    Streaming,
    /// <summary>All clients' values of a coordinate together, block by block.</summary>
    Column,
    /// <summary>Repeated passes over all models.</summary>
    Row,
}

/// <summary>An aggregator as a run file sees it.</summary>
public sealed class AggregatorEntry
{
    private readonly Func<AggregatorParameters, IAggregator> _create;

    private AggregatorEntry(
        string name, Type parameters, Consumption consumption, bool needsProxy, bool alignsModels, Func<AggregatorParameters, IAggregator> create)
    {
        Name = name;
        Parameters = parameters;
        Consumption = consumption;
        NeedsProxy = needsProxy;
        AlignsModels = alignsModels;
        _create = create;
    }

    /// <summary>Its name in a run file.</summary>
    public string Name { get; }

    /// <summary>
    /// Its record of parameters: public init-only properties with defaults and ranges, and a constructor without arguments.
    /// </summary>
    public Type Parameters { get; }

    /// <summary>How it goes through the clients' models.</summary>
    public Consumption Consumption { get; }

    /// <summary>
    /// Whether it needs <see cref="AggregationInput.Proxy"/>; such an aggregator runs on the node that holds the proxy set.
    /// </summary>
    public bool NeedsProxy { get; }

    /// <summary>
    /// Whether clients relabel the units of their models before they send them (<see cref="RebasinParameters"/>), and another aggregator may follow.
    /// </summary>
    public bool AlignsModels { get; }

    /// <summary>What a run with these parameters needs a proxy set for; its aggregations are then the work of a node that holds one.</summary>
    /// <param name="parameters">An object of the type <see cref="Parameters"/>.</param>
    /// <returns>A reason for people; null: it needs none.</returns>
    public string? WhyProxy(AggregatorParameters parameters)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        return NeedsProxy ? $"{Name} learns on it"
            : parameters.Buffers == BufferPolicy.Recalibrate ? "buffers: recalibrate estimates running statistics on it"
            : null;
    }

    /// <summary>Makes the aggregator.</summary>
    /// <param name="parameters">An object of the type <see cref="Parameters"/>, ranges already checked.</param>
    /// <exception cref="ArgumentException">The object is of another type.</exception>
    public IAggregator Create(AggregatorParameters parameters) =>
        Parameters.IsInstanceOfType(parameters)
            ? _create(parameters)
            : throw new ArgumentException($"{Name} takes {Parameters.Name}.", nameof(parameters));

    internal static AggregatorEntry Of<TParameters>(
        string name, Consumption consumption, Func<TParameters, IAggregator> create, bool needsProxy = false, bool alignsModels = false)
        where TParameters : AggregatorParameters, new() =>
        new(name, typeof(TParameters), consumption, needsProxy, alignsModels, p => create((TParameters)p));
}

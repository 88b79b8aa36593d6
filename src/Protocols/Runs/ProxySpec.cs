using System.ComponentModel.DataAnnotations;

namespace Distributed.Protocols.Runs;

/// <summary>Where a proxy set's examples come from.</summary>
public enum ProxyOrigin
{
    /// <summary>From the test examples; the others are tested on.</summary>
    Test,

    /// <summary>From the training examples; the others are dealt to the clients.</summary>
    Train,

    /// <summary>From a folder of its own, in the source's format; a node without one holds no proxy set.</summary>
    Own,
}

/// <summary>
/// A small labelled set, drawn class by class from the run's seed, that no client trains on and that accuracy is not measured on. Aggregators that learn on
/// it, or estimate running statistics with it, run on a node that holds it. It is held back whether the aggregator needs it or not, so that runs compare.
/// </summary>
public sealed record ProxySpec
{
    /// <summary>Number of examples; at least one for each class.</summary>
    /// <value>200.</value>
    [Range(1, 1_000_000)]
    public int Examples { get; init; } = 200;

    /// <summary>Where they come from.</summary>
    /// <value><see cref="ProxyOrigin.Test"/>.</value>
    public ProxyOrigin From { get; init; } = ProxyOrigin.Test;

    /// <summary>With <see cref="ProxyOrigin.Own"/>: the folder, whose training examples are drawn from. <c>dist node --proxy-path</c> goes before it.</summary>
    /// <value>None.</value>
    public string? Path { get; init; }

    /// <summary>Examples per step of the aggregator.</summary>
    /// <value>128.</value>
    [Range(2, 1_000_000)]
    public int Batch { get; init; } = 128;
}

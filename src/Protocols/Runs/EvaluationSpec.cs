using System.ComponentModel.DataAnnotations;

namespace Distributed.Protocols.Runs;

/// <summary>Evaluation of committed versions on the test examples.</summary>
public sealed record EvaluationSpec
{
    /// <summary>Every so many rounds, and after the last; 0: never.</summary>
    /// <value>1.</value>
    [Range(0, 1_000_000)]
    public int Every { get; init; } = 1;

    /// <summary>Examples per forward pass.</summary>
    /// <value>500.</value>
    [Range(1, 1_000_000)]
    public int Batch { get; init; } = 500;
}

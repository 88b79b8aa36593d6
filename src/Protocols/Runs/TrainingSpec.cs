using System.ComponentModel.DataAnnotations;

namespace Distributed.Protocols.Runs;

/// <summary>A client's work in a round.</summary>
public sealed record TrainingSpec
{
    /// <summary>Passes over the client's examples; 0 sends the model back untouched.</summary>
    /// <value>1.</value>
    [Range(0, 10_000)]
    public int Epochs { get; init; } = 1;

    /// <summary>Examples per step.</summary>
    /// <value>32.</value>
    [Range(1, 1_000_000)]
    public int Batch { get; init; } = 32;

    /// <summary>The local optimizer, fresh in every round.</summary>
    /// <value><c>sgd</c>.</value>
    public PluginSpec Optimizer { get; init; } = PluginSpec.Named("sgd");
}

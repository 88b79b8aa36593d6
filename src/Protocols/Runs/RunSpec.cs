using System.ComponentModel.DataAnnotations;

namespace Distributed.Protocols.Runs;

/// <summary>A run file: what to train, on what, with whom. Keys are the property names in camelCase; every property states its default.</summary>
public sealed record RunSpec
{
    /// <summary>What kind of run this is.</summary>
    /// <value>Required; <c>federated</c> is the only kind so far.</value>
    [Required, AllowedValues("federated")]
    public string Kind { get; init; } = "";

    /// <summary>A name for people and traces, <c>[a-z0-9-]{1,63}</c>.</summary>
    /// <value>Required.</value>
    [Required, RegularExpression("[a-z0-9-]{1,63}")]
    public string Name { get; init; } = "";

    /// <summary>Seed of every random stream of the run: data, partition, initial model, cohort, batch order.</summary>
    /// <value>1.</value>
    [Range(0, int.MaxValue)]
    public int Seed { get; init; } = 1;

    /// <summary>Rounds to run.</summary>
    /// <value>Required.</value>
    [Range(1, 1_000_000)]
    public int Rounds { get; init; }

    /// <summary>The data and its partition over the clients.</summary>
    /// <value>Required.</value>
    [Required]
    public DataSpec Data { get; init; } = new();

    /// <summary>The model: a registered name with its parameters.</summary>
    /// <value>Required.</value>
    [Required]
    public PluginSpec Model { get; init; } = PluginSpec.Named("");

    /// <summary>What a client does in a round.</summary>
    public TrainingSpec Training { get; init; } = new();

    /// <summary>What nodes train and evaluate on: <c>auto</c> (the first GPU that libtorch sees, or the processor), <c>cpu</c>, <c>cuda:0</c> and so on, <c>mps</c>.</summary>
    /// <value><c>auto</c>.</value>
    [RegularExpression("auto|cpu|cuda:[0-9]{1,2}|mps")]
    public string Device { get; init; } = "auto";

    /// <summary>How updates become the next model.</summary>
    /// <value><c>fedavg</c>.</value>
    public PluginSpec Aggregator { get; init; } = PluginSpec.Named("fedavg");

    /// <summary>The proxy set, for aggregators that need one.</summary>
    /// <value>None.</value>
    public ProxySpec? Proxy { get; init; }

    /// <summary>Who takes part in a round and how long it waits.</summary>
    public CohortSpec Cohort { get; init; } = new();

    /// <summary>When and how model versions are evaluated.</summary>
    public EvaluationSpec Evaluation { get; init; } = new();

    /// <summary>How <c>dist simulate</c> lays the run out on this machine. Ignored by a real deployment.</summary>
    public SimulationSpec Simulation { get; init; } = new();

    /// <summary>Whether acknowledged updates and committed models survive a power cut (fsync). Off is faster and said so in the record.</summary>
    /// <value>true.</value>
    public bool Durable { get; init; } = true;
}

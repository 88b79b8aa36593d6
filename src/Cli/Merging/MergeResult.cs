using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Distributed.Algorithms.Merging.Matching;
using Distributed.Node.Merging;

namespace Distributed.Cli.Merging;

/// <summary>A merged model that was written, and all that is known of it.</summary>
internal sealed record MergeResult
{
    /// <summary>The method.</summary>
    public required string Method { get; init; }

    /// <summary>The file.</summary>
    public required string Output { get; init; }

    /// <summary>Its length in bytes.</summary>
    public long Bytes { get; init; }

    /// <summary>How units were matched, where they were.</summary>
    public MatchReport? Match { get; init; }

    /// <summary>How it was re-normalised: a word of <c>--repair</c>.</summary>
    public string Repair { get; init; } = "none";

    /// <summary>Scores of the models and mixes, where there is data, in the order to show them.</summary>
    public ImmutableArray<NamedScore> Scores { get; init; } = [];

    /// <summary>Barriers, where they were measured.</summary>
    public ImmutableArray<NamedBarrier> Barriers { get; init; } = [];

    /// <summary>Measures of collapse, layer by layer, where statistics were taken.</summary>
    public ImmutableArray<NamedLayers> Collapse { get; init; } = [];

    /// <summary>What the method itself tells, for methods that do.</summary>
    public JsonObject? Details { get; init; }

    /// <summary>Things to know, a sentence each.</summary>
    public ImmutableArray<string> Notes { get; init; } = [];
}

/// <summary>How units were matched.</summary>
/// <param name="Moved">Units that changed their place, of all models together.</param>
/// <param name="Units">All units that could, of all relabelled models together.</param>
/// <param name="Before">The objective at the start.</param>
/// <param name="After">The objective at the end.</param>
/// <param name="Objective">What the objective is.</param>
/// <param name="Sweeps">Passes over all permutations, or steps.</param>
/// <param name="Seconds">Time.</param>
/// <param name="CpuSeconds">Time of all threads together.</param>
/// <param name="Difference">Largest difference of an output of a relabelled model to the original's; null where it could not be run.</param>
/// <param name="Allowed">What rounding may come to.</param>
internal sealed record MatchReport(
    int Moved, int Units, double Before, double After, string Objective, int Sweeps, double Seconds, double CpuSeconds, double? Difference, double? Allowed);

/// <summary>Scores of a model on both splits.</summary>
/// <param name="Name">What the model is.</param>
/// <param name="Train">On training examples.</param>
/// <param name="Test">On test examples.</param>
internal sealed record NamedScore(string Name, ProbeScore Train, ProbeScore Test);

/// <summary>Loss and accuracy along the line between two models.</summary>
/// <param name="Name">Which line: <c>naive</c>, <c>matched</c>, <c>repaired</c>.</param>
/// <param name="Split">Which examples: <c>train</c> or <c>test</c>.</param>
/// <param name="Loss">The loss.</param>
/// <param name="Accuracy">The accuracy.</param>
internal sealed record NamedBarrier(string Name, string Split, BarrierCurve Loss, BarrierCurve Accuracy);

/// <summary>The layers of a mix.</summary>
/// <param name="Name">Which mix.</param>
/// <param name="Layers">The layers in the order in which data passes them.</param>
internal sealed record NamedLayers(string Name, IReadOnlyList<LayerState> Layers);

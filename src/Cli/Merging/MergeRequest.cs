using System.Collections.Immutable;
using Distributed.Algorithms.Merging;

namespace Distributed.Cli.Merging;

/// <summary>What <c>dist merge</c> was asked for, as typed.</summary>
internal sealed record MergeRequest
{
    /// <summary>The models' files.</summary>
    public required ImmutableArray<string> Models { get; init; }

    /// <summary>Name of the method.</summary>
    public required string Method { get; init; }

    /// <summary>Where the merged model goes.</summary>
    public required string Output { get; init; }

    /// <summary>Most bytes of tensors in a file of the merged model; null for one file.</summary>
    public long? ShardBytes { get; init; }

    /// <summary><c>KEY=VALUE</c> of each <c>--set</c>: the method's parameters.</summary>
    public ImmutableArray<string> Set { get; init; } = [];

    /// <summary>The file of the model that the others were tuned from.</summary>
    public string? Base { get; init; }

    /// <summary>A weight for each model; empty for equal ones.</summary>
    public ImmutableArray<double> Weights { get; init; } = [];

    /// <summary>For each model the file that says how much its numbers matter; empty for none.</summary>
    public ImmutableArray<string> Importance { get; init; } = [];

    /// <summary>What happens to tensors that not all models have alike.</summary>
    public MergeMismatch Mismatch { get; init; } = MergeMismatch.Refuse;

    /// <summary>File of a hand-written permutation specification.</summary>
    public string? Spec { get; init; }

    /// <summary>Run file whose model and data are used.</summary>
    public string? Run { get; init; }

    /// <summary>Folder of the run's data, where it is not the one that the run names.</summary>
    public string? DataPath { get; init; }

    /// <summary>Share of the second model in the mix, from 0 to 1.</summary>
    public double Alpha { get; init; } = 0.5;

    /// <summary>How the mix is re-normalised; null for what suits it where there is data.</summary>
    public string? Repair { get; init; }

    /// <summary>Where the barrier curve is drawn; null for nowhere.</summary>
    public string? Plot { get; init; }

    /// <summary>Whether the loss along the line between the models is measured.</summary>
    public bool Barrier { get; init; }

    /// <summary>Points on the line, both ends included.</summary>
    public int Points { get; init; } = 25;

    /// <summary>Most training examples that are looked at, and most test examples.</summary>
    public int Examples { get; init; } = 2000;

    /// <summary>Threads.</summary>
    public int Threads { get; init; } = 1;
}

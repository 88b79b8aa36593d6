using System.Collections.Immutable;

namespace Distributed.Algorithms.Merging;

/// <summary>How a merge ended.</summary>
public enum MergeOutcome
{
    /// <summary>There is a merged model.</summary>
    Merged,
    /// <summary>A model holds NaN or infinite numbers, or the merged one would: what was written is useless.</summary>
    NonFinite,
}

/// <summary>A decision of the greedy soup.</summary>
/// <param name="Model">The candidate, by its place in the input.</param>
/// <param name="Score">The score of the soup with it.</param>
/// <param name="Accepted">Whether it stayed in.</param>
public sealed record SoupStep(int Model, double Score, bool Accepted);

/// <summary>What a merge did.</summary>
public sealed record MergeReport
{
    /// <summary>How it ended.</summary>
    public required MergeOutcome Outcome { get; init; }

    /// <summary>Why there is no merged model, in a sentence that names tensor and model; null when there is one.</summary>
    public string? Reason { get; init; }

    /// <summary>
    /// What the method worked out for a tensor, by its name, for methods that do: the cosine of slerp, the t of model stock (one for each row
    /// where it is filter-wise), the factor that made good for what each model lost (DARE, DELLA, breadcrumbs).
    /// </summary>
    public ImmutableSortedDictionary<string, ImmutableArray<double>> Measured { get; init; } =
        ImmutableSortedDictionary<string, ImmutableArray<double>>.Empty;

    /// <summary>The models that a soup consists of, by their place in the input and in the order in which they came in; empty for others.</summary>
    public ImmutableArray<int> Kept { get; init; } = [];

    /// <summary>The decisions of a greedy soup in their order; the best model, with which it starts, is none. Empty for others.</summary>
    public ImmutableArray<SoupStep> Steps { get; init; } = [];
}

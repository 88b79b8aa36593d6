using Distributed.Algorithms;
using Distributed.Algorithms.Merging;
using Distributed.Protocols.Runs;

namespace Distributed.Cli.Merging;

/// <summary>A method of <c>dist merge</c>.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Summary">What it does, in a line.</param>
/// <param name="Parameters">Its record of parameters.</param>
internal sealed record MergeMethod(string Name, string Summary, Type Parameters)
{
    private static readonly Dictionary<string, string> Summaries = new(StringComparer.Ordinal)
    {
        ["bcwi"] = "alpha x old + (1 - alpha) x new, so that a new model keeps what the old one had right",
        ["bias-calibration"] = "interpolation with biases that fit the depth of their layer",
        ["breadcrumbs"] = "differences to the base without the largest and the smallest",
        ["dare-linear"] = "random differences to the base, rescaled, summed",
        ["dare-ties"] = "random differences to the base, rescaled, with elected signs",
        ["della"] = "random differences to the base, large ones more likely, with elected signs",
        ["ema"] = "moving average over the models in their order",
        ["greedy-soup"] = "mean of the models that make it better on the run's test examples",
        ["linear"] = "weighted mean",
        ["model-stock"] = "from the base towards the mean, as far as the models agree",
        ["nuslerp"] = "slerp by weights, of differences where there is a base",
        ["prune"] = "one model without its smallest weights",
        ["robust-signature"] = "what training on corrupted data added, put into a clean model",
        ["slerp"] = "along the arc between two models, tensor by tensor",
        ["task-arithmetic"] = "base + lambda x weighted sum of differences",
        ["ties"] = "largest differences to the base, with elected signs, tensor by tensor",
        ["ties-paper"] = "the same over the whole model, as in the paper",
        ["uniform-soup"] = "plain mean",
    };

    /// <summary>The tensor merger; null for methods that match units.</summary>
    public MergerEntry? Merger { get; private init; }

    /// <summary>The fewest models.</summary>
    public int Fewest { get; private init; } = 2;

    /// <summary>The most models.</summary>
    public int Most { get; private init; } = 2;

    /// <summary>Whether it looks at examples.</summary>
    public bool NeedsData { get; private init; }

    /// <summary>Whether units are matched before the mix.</summary>
    public bool Matches => Merger is null;

    /// <summary>All methods, by name.</summary>
    public static IReadOnlyList<MergeMethod> All { get; } =
    [
        .. Registry.Mergers.Select(merger => new MergeMethod(merger.Name, Summaries[merger.Name], merger.Parameters)
        {
            Merger = merger, Fewest = merger.FewestModels, Most = merger.MostModels, NeedsData = merger.NeedsScore,
        }),
        new("weight-matching", "relabels the second model's units to be most like the first's, then mixes", typeof(WeightMatchingParameters)),
        new("activation-matching", "the same by what units do on the run's examples", typeof(ActivationMatchingParameters)) { NeedsData = true },
        new("straight-through", "the same by the loss of the midpoint: the lowest barrier, by far the dearest", typeof(StraightThroughParameters)) { NeedsData = true },
        new("merge-many", "relabels every model to be most like the mean of the others, then the plain mean", typeof(MergeManyParameters)) { Most = int.MaxValue },
    ];

    /// <summary>The method of a name, or null.</summary>
    public static MergeMethod? Find(string name) => All.FirstOrDefault(method => method.Name == name);

    /// <summary>Parameters with their defaults, as <c>--set</c> takes them.</summary>
    public string Defaults() => string.Join(' ', SpecBinder.ToMapping(Activator.CreateInstance(Parameters)!).Select(pair => $"{pair.Key}={pair.Value}"));

    /// <summary>How many models it takes.</summary>
    public string Models() => Fewest == Most ? $"{Fewest}" : Most == int.MaxValue ? $"{Fewest}+" : $"{Fewest}-{Most}";
}

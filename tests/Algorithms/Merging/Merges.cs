using Distributed.Algorithms.Merging;
using Distributed.Algorithms.Tensors;
using Xunit;

namespace Distributed.Algorithms.Tests.Merging;

/// <summary>Merges to test with.</summary>
internal static class Merges
{
    /// <summary>A model of one double-precision tensor "w".</summary>
    public static TensorSet Model(double[] values, params long[] shape)
    {
        var set = new TensorSet(new TensorManifest([new("w", TensorDType.F64, [.. shape.Length == 0 ? [values.Length] : shape])]));
        values.CopyTo(set.Values<double>("w"));
        return set;
    }

    public static MergeSource Source(TensorSet model, double weight = 1, string name = "a") => new(name, model.Manifest, model) { Weight = weight };

    public static MergeInput Input(IEnumerable<TensorSet> models, IReadOnlyList<double>? weights = null, TensorSet? origin = null) => new()
    {
        Models = [.. models.Select((m, k) => Source(m, weights?[k] ?? 1, $"model-{k}"))],
        Base = origin is null ? null : Source(origin, name: "base"),
    };

    /// <summary>Merges by registered name.</summary>
    public static (MergeReport Report, TensorSet Model) Run(string name, MergerParameters parameters, MergeInput input) =>
        Run(ModelMerge.Plan(Registry.FindMerger(name)!, parameters, input));

    public static (MergeReport Report, TensorSet Model) Run(MergePlan plan)
    {
        Assert.Empty(plan.Problems);
        var output = new TensorSet(plan.Manifest);
        var report = ModelMerge.Run(plan, output);
        return (report, output);
    }

    /// <summary>The merged numbers of a model of one tensor.</summary>
    public static double[] Values(string name, MergerParameters parameters, MergeInput input)
    {
        var (report, model) = Run(name, parameters, input);
        Assert.Null(report.Reason);
        Assert.Equal(MergeOutcome.Merged, report.Outcome);
        return model.Doubles();
    }
}

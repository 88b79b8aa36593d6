using Distributed.Algorithms.Tensors;

namespace Distributed.Algorithms.Merging;

/// <summary>Keeps the first of the places where numbers were not finite, whichever thread finds them.</summary>
internal sealed class MergeFaults(MergePlan plan)
{
    private readonly int _sources = TensorAlignment.SourcesOf(plan.Input).Length;
    private long _first = long.MaxValue;

    public bool Any => Volatile.Read(ref _first) != long.MaxValue;

    /// <summary>A source's tensor holds NaN or infinite numbers.</summary>
    public void Add(int tensor, int source) => Lower(((long)tensor * (_sources + 1)) + source);

    /// <summary>The merged tensor does.</summary>
    public void AddMerged(int tensor) => Add(tensor, _sources);

    public MergeReport Report()
    {
        var (tensor, source) = Math.DivRem(_first, _sources + 1);
        var name = Printable.Of(plan.Manifest[(int)tensor].Name);
        return new MergeReport
        {
            Outcome = MergeOutcome.NonFinite,
            Reason = source == _sources
                ? $"Tensor {name} of the merged model would not be finite in {plan.Manifest[(int)tensor].DType}."
                : $"Tensor {name} of {Printable.Of(TensorAlignment.SourcesOf(plan.Input)[(int)source].Name)} holds NaN or infinite numbers.",
        };
    }

    private void Lower(long value)
    {
        for (var seen = Volatile.Read(ref _first); value < seen;)
        {
            var was = Interlocked.CompareExchange(ref _first, value, seen);
            if (was == seen) return;
            seen = was;
        }
    }
}

using Distributed.Algorithms.Aggregation;

namespace Distributed.Bench.Aggregate;

/// <summary>A proxy pass that costs nothing, so that a step is its two sweeps.</summary>
internal sealed class NoProxy(int batches) : IProxyObjective<float>
{
    public int BatchCount => batches;

    public void StartEpoch(int epoch)
    {
    }

    public double Evaluate(int batch, ReadOnlySpan<float> model, Span<float> gradient) => 0;

    public double Loss(ReadOnlySpan<float> model) => 0;
}

using System.Diagnostics;
using Distributed.Algorithms.Aggregation;

namespace Distributed.Bench.Aggregate;

/// <summary>A proxy pass that costs nothing: from one to the next lies a step's two sweeps.</summary>
internal sealed class NoProxy(int batches) : IProxyObjective<float>
{
    private readonly List<long> _passes = [];

    public int BatchCount => batches;

    /// <summary>Seconds of each step between two passes.</summary>
    public IEnumerable<double> Steps => _passes.Zip(_passes.Skip(1), (from, to) => Stopwatch.GetElapsedTime(from, to).TotalSeconds);

    public void StartEpoch(int epoch)
    {
    }

    public double Evaluate(int batch, ReadOnlySpan<float> model, Span<float> gradient)
    {
        _passes.Add(Stopwatch.GetTimestamp());
        return 0;
    }

    public double Loss(ReadOnlySpan<float> model) => 0;
}

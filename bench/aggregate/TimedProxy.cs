using System.Diagnostics;
using Distributed.Algorithms.Aggregation;

namespace Distributed.Bench.Aggregate;

/// <summary>Times a step in its two parts: the proxy pass, and the sweeps that lie between one pass and the next.</summary>
/// <param name="inner">The real pass; null: a pass that costs nothing.</param>
/// <param name="batches">Steps of an epoch.</param>
internal sealed class TimedProxy(IProxyObjective<float>? inner, int batches) : IProxyObjective<float>
{
    private readonly List<double> _passes = [];
    private readonly List<double> _sweeps = [];
    private long? _last;

    public int BatchCount => batches;

    /// <summary>Seconds of a pass, on average.</summary>
    public double Pass => _passes.Average();

    /// <summary>Seconds between two passes, on average.</summary>
    public double Sweeps => _sweeps.Average();

    public void StartEpoch(int epoch) => inner?.StartEpoch(epoch);

    public double Evaluate(int batch, ReadOnlySpan<float> model, Span<float> gradient)
    {
        var start = Stopwatch.GetTimestamp();
        if (_last is { } last) _sweeps.Add(Stopwatch.GetElapsedTime(last, start).TotalSeconds);
        var loss = inner?.Evaluate(0, model, gradient) ?? 0;
        _last = Stopwatch.GetTimestamp();
        _passes.Add(Stopwatch.GetElapsedTime(start, _last.Value).TotalSeconds);
        return loss;
    }

    public double Loss(ReadOnlySpan<float> model) => inner?.Loss(model) ?? 0;
}

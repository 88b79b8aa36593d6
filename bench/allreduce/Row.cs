namespace Distributed.Bench.AllReduce;

/// <summary>A row of bench/results/allreduce.json; ratio is the peer's time / ours, min and max are of the pairs' ratios.</summary>
internal sealed record Row(
    string Case, string Metric, string Unit, double Value, string? Peer, double? PeerValue, double? Ratio, double Min, double Max, string Command);

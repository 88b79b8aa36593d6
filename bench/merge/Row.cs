namespace Distributed.Bench.Merge;

/// <summary>A row of <c>bench/results/merge.json</c>. <paramref name="Ratio"/> is ours / peer in bandwidth, 1 GB / ours in memory.</summary>
internal sealed record Row(
    string Case, string Metric, string Unit, double Value, string Peer, double PeerValue, double Ratio, double Min, double Max, string Command);

namespace Distributed.Bench.Aggregate;

/// <summary>A row of <c>bench/results/aggregate.json</c>. <paramref name="Ratio"/> is how many times as fast as the peer we are.</summary>
internal sealed record Row(
    string Case, string Metric, string Unit, double Value, string Peer, double PeerValue, double Ratio, double Min, double Max, string Command);

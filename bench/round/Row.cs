namespace Distributed.Bench.Round;

/// <summary>A row of <c>bench/results/round.json</c>. <paramref name="Ratio"/> is peer / ours where less is better, ours / peer where more is.</summary>
internal sealed record Row(
    string Case, string Metric, string Unit, double Value, string? Peer, double? PeerValue, double? Ratio, double Min, double Max, string Command);

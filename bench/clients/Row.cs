namespace Distributed.Bench.Clients;

/// <summary>A row of <c>bench/results/clients.json</c>. <paramref name="Ratio"/> is peer / ours: below 1, more clients took more.</summary>
internal sealed record Row(
    string Case, string Metric, string Unit, double Value, string? Peer, double? PeerValue, double? Ratio, double Min, double Max, string Command);

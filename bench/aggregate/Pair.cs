using System.Diagnostics;
using MathNet.Numerics.Statistics;

namespace Distributed.Bench.Aggregate;

/// <summary>Two pieces of work timed in turns, so that whatever else the machine does falls on both.</summary>
internal sealed record Pair(double[] Ours, double[] Peer)
{
    public static Pair Time(int times, Action ours, Action peer)
    {
        ours();
        peer();
        var pair = new Pair(new double[times], new double[times]);
        for (var i = 0; i < times; i++) (pair.Ours[i], pair.Peer[i]) = (Seconds(ours), Seconds(peer));
        return pair;
    }

    /// <summary>The row of both bandwidths, in GB of memory traffic a second.</summary>
    public Row Row(string name, string metric, double oursBytes, string peer, double peerBytes, string command)
    {
        var (ours, theirs) = (oursBytes / Ours.Median() / 1e9, peerBytes / Peer.Median() / 1e9);
        var ratio = Ours.Zip(Peer, (o, p) => oursBytes / o / (peerBytes / p)).Median();
        return new Row(name, metric, "GB/s", ours, peer, theirs, ratio, oursBytes / Ours.Max() / 1e9, oursBytes / Ours.Min() / 1e9, command);
    }

    /// <summary>The row of both times, in milliseconds.</summary>
    public Row Times(string name, string metric, string peer, string command) => new(
        name, metric, "ms", Ours.Median() * 1e3, peer, Peer.Median() * 1e3, Ours.Zip(Peer, (o, p) => p / o).Median(), Ours.Min() * 1e3, Ours.Max() * 1e3, command);

    public static double Seconds(Action work)
    {
        var start = Stopwatch.GetTimestamp();
        work();
        return Stopwatch.GetElapsedTime(start).TotalSeconds;
    }
}

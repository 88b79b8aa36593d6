namespace Distributed.Collectives.Hosts;

/// <summary>Which ranks are on which host; the hosts in the order of their first ranks, which speak for them.</summary>
internal sealed class Placement
{
    internal Placement(IReadOnlyList<string> hostOfRank, int rank)
    {
        Hosts = [.. Enumerable.Range(0, hostOfRank.Count).GroupBy(one => hostOfRank[one]).Select(ranks => ranks.ToArray())];
        (Rank, Host) = (rank, HostOf(rank));
    }

    internal IReadOnlyList<int[]> Hosts { get; }

    internal int Rank { get; }

    /// <summary>This rank's host.</summary>
    internal int Host { get; }

    /// <summary>The ranks of this host.</summary>
    internal int[] Local => Hosts[Host];

    internal bool Leads => Local[0] == Rank;

    internal int HostOf(int rank) => Enumerable.Range(0, Hosts.Count).First(host => Hosts[host].Contains(rank));

    internal int LocalIndex(int rank) => Array.IndexOf(Hosts[HostOf(rank)], rank);
}

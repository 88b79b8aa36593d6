namespace Distributed.Node.Data.Partitioning;

/// <summary>Deals training examples to clients. One file a method, its parameters at the top, one line in <see cref="Partitioners"/>.</summary>
internal interface IPartitioner
{
    /// <summary>Deals the examples. A pure function of its arguments.</summary>
    /// <param name="labels">Class of each training example.</param>
    /// <param name="clients">Number of clients, at most as many as examples.</param>
    /// <param name="seed">The run's seed.</param>
    /// <param name="problems">Receives why there is no such partition.</param>
    /// <returns>Indices per client, or null when there is a problem.</returns>
    int[][]? Deal(IReadOnlyList<int> labels, int clients, int seed, ICollection<string> problems);
}

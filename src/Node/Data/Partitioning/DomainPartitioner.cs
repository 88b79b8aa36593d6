namespace Distributed.Node.Data.Partitioning;

/// <summary>Parameters of <c>domain</c>: none.</summary>
internal sealed record DomainParameters;

/// <summary><c>domain</c>: client i has all examples of class or domain i, and no others.</summary>
internal sealed class DomainPartitioner : IPartitioner
{
    public int[][]? Deal(IReadOnlyList<int> labels, int clients, int seed, ICollection<string> problems)
    {
        var groups = Enumerable.Range(0, labels.Count).GroupBy(index => labels[index]).OrderBy(group => group.Key).Select(group => group.ToArray()).ToArray();
        if (groups.Length == clients)
        {
            return groups;
        }

        problems.Add($"data.partition: domain gives each client one domain, and there are {groups.Length} with examples; set data.clients to {groups.Length}, it is {clients}.");
        return null;
    }
}

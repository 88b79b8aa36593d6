using System.Collections.Immutable;

namespace Distributed.Coordinator.Rounds;

/// <summary>Orders clients by their examples, the largest first, then by id: dealt out so, no worker is left alone with a large one at the end of a round.</summary>
/// <param name="examples">Examples by client id; clients beyond its end have none.</param>
internal sealed class LargestFirst(ImmutableArray<long> examples) : IComparer<int>
{
    /// <summary>By what the nodes have registered; a client may be on one of them only.</summary>
    public static LargestFirst Of(RoundState state)
    {
        var largest = new long[state.Setup.Clients];
        foreach (var node in state.AcceptedNodes)
        {
            for (var client = 0; client < Math.Min(largest.Length, node.Examples.Length); client++)
            {
                largest[client] = Math.Max(largest[client], node.Examples[client]);
            }
        }

        return new LargestFirst([.. largest]);
    }

    public int Compare(int x, int y) => ExamplesOf(y).CompareTo(ExamplesOf(x)) is var order and not 0 ? order : x.CompareTo(y);

    private long ExamplesOf(int client) => client < examples.Length ? examples[client] : 0;
}

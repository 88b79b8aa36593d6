namespace Distributed.Algorithms.Merging.Graphs;

/// <summary>A projection of an attention layer.</summary>
/// <param name="Weight">Tensor; its rows (its columns for the output) from <paramref name="Offset"/> on are the heads, one behind the other.</param>
/// <param name="Bias">Tensor; null for none.</param>
/// <param name="Offset">The first row, where query, key and value share a tensor.</param>
public sealed record AttentionPart(string Weight, string? Bias = null, int Offset = 0);

/// <summary>
/// Attention by heads of a sequence to itself. Heads may change places, and so may the units inside of a head: the same in query and key, the
/// same in value and output.
/// </summary>
/// <param name="Input">What it reads.</param>
/// <param name="Output">What it makes.</param>
/// <param name="Heads">Number of heads of the query.</param>
/// <param name="HeadWidth">Units of a head.</param>
/// <param name="Query">Query projection.</param>
/// <param name="Key">Key projection.</param>
/// <param name="Value">Value projection.</param>
/// <param name="Projection">Output projection; its columns are the heads.</param>
public sealed record AttentionNode(
    string Input, string Output, int Heads, int HeadWidth, AttentionPart Query, AttentionPart Key, AttentionPart Value, AttentionPart Projection)
    : GraphNode([Input], Output)
{
    /// <summary>Number of heads of key and value, which divides <see cref="Heads"/>; each serves a group of query heads. 0 for as many.</summary>
    public int KeyHeads { get; init; }

    /// <summary>Whether query and key are turned by their position, which pins their units.</summary>
    public bool IsRotary { get; init; }

    /// <summary>Whether a position sees only those before it.</summary>
    public bool IsCausal { get; init; }

    /// <summary>Whether the units inside of a head are matched too.</summary>
    /// <value>True.</value>
    public bool MatchesInside { get; init; } = true;

    internal int Groups => KeyHeads == 0 ? Heads : KeyHeads;
}

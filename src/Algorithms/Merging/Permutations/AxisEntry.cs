namespace Distributed.Algorithms.Merging.Permutations;

/// <summary>
/// That a permutation P of units acts on an axis of a tensor. Unit u owns Block places: from Offset + u × Block on, or, channels last, the
/// places Offset + r × units + u for r below Block.
/// </summary>
/// <param name="Permutation">Name of the permutation.</param>
/// <param name="Block">Places on the axis for each unit, at least 1: height × width behind a flattened map, or the width of a head.</param>
public sealed record AxisEntry(string Permutation, int Block = 1)
{
    /// <summary>Whether the places of all units alternate, in Block groups, as in a flattened map that keeps its channels last.</summary>
    /// <value>False: a unit's places lie side by side.</value>
    public bool ChannelsLast { get; init; }

    /// <summary>The first place: for an axis that several values were joined on.</summary>
    /// <value>0.</value>
    public int Offset { get; init; }

    /// <summary>Number of units, where the permutation acts on a part of the axis only; null for the axis from the offset to its end.</summary>
    public int? Units { get; init; }

    /// <summary>The place on the axis of one of a unit's entries.</summary>
    internal int Place(int unit, int part, int units) => Offset + (ChannelsLast ? (part * units) + unit : (unit * Block) + part);
}

namespace Distributed.Algorithms.Merging.Permutations;

/// <summary>Where the places of an axis come from once permutations have acted on it.</summary>
internal static class AxisMaps
{
    /// <summary>The map of one axis: permuted[i] = original[map[i]]; null where every place stays.</summary>
    /// <param name="entries">What acts on the axis, the first first.</param>
    /// <param name="length">Number of places.</param>
    /// <param name="permutation">The permutation of a name.</param>
    public static int[]? Of(IEnumerable<AxisEntry> entries, int length, Func<string, ReadOnlyMemory<int>> permutation)
    {
        int[]? map = null;
        foreach (var entry in entries)
        {
            var p = permutation(entry.Permutation).Span;
            if (IsIdentity(p)) continue;
            var before = map ?? Identity(length);
            var after = (int[])before.Clone();
            for (var unit = 0; unit < p.Length; unit++)
            {
                for (var part = 0; part < entry.Block; part++)
                    after[entry.Place(unit, part, p.Length)] = before[entry.Place(p[unit], part, p.Length)];
            }
            map = after;
        }
        return map;
    }

    /// <summary>The maps of all axes of a tensor.</summary>
    public static int[]?[] Of(TensorAxes tensor, ReadOnlySpan<long> shape, Func<string, ReadOnlyMemory<int>> permutation)
    {
        var maps = new int[]?[shape.Length];
        for (var axis = 0; axis < maps.Length; axis++) maps[axis] = Of(tensor.Axes[axis], (int)shape[axis], permutation);
        return maps;
    }

    private static bool IsIdentity(ReadOnlySpan<int> p)
    {
        for (var i = 0; i < p.Length; i++)
        {
            if (p[i] != i) return false;
        }
        return true;
    }

    private static int[] Identity(int length)
    {
        var map = new int[length];
        for (var i = 0; i < length; i++) map[i] = i;
        return map;
    }
}

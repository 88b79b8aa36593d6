namespace Distributed.Algorithms.Merging.Matching;

/// <summary>
/// A tensor seen as one row for each hidden unit: element k of unit u lies at Start + u × Stride + Offsets[k]. The offsets also say which
/// permutations have already acted on the other axes, so that nothing has to be copied for them.
/// </summary>
internal readonly record struct UnitRows(int Start, int Stride, int[] Offsets)
{
    public int Width => Offsets.Length;
}

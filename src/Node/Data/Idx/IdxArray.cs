namespace Distributed.Node.Data.Idx;

/// <summary>The contents of an IDX file of unsigned bytes.</summary>
/// <param name="Extents">Extents, the number of items first.</param>
/// <param name="Bytes">The items, row-major.</param>
internal sealed record IdxArray(int[] Extents, byte[] Bytes);

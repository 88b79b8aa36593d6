using System.Runtime.InteropServices;

namespace Distributed.Collectives.SharedMemory;

/// <summary>The first page of the shared memory.</summary>
[StructLayout(LayoutKind.Explicit, Size = Layout.Page)]
internal struct Header
{
    /// <summary>How the rest is laid out; every rank must think the same.</summary>
    [FieldOffset(0)]
    internal Layout Layout;

    /// <summary>1 + the rank whose page says why the group is broken.</summary>
    [FieldOffset(64)]
    internal int Broken;

    /// <summary>How many ranks have come to the present barrier.</summary>
    [FieldOffset(128)]
    internal int Arrived;

    /// <summary>How many barriers all ranks have passed.</summary>
    [FieldOffset(192)]
    internal Signal Step;
}

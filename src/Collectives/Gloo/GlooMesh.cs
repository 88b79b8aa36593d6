using System.Runtime.InteropServices;
using Distributed.Collectives.Groups;
using Distributed.Collectives.Reductions;

namespace Distributed.Collectives.Gloo;

/// <summary>Connections between all ranks. What fails is an <see cref="IOException"/> with Gloo's text: a lost connection, or a time that is over.</summary>
internal sealed unsafe class GlooMesh : IDisposable
{
    private readonly int _rank;
    private readonly nint _mesh;

    internal GlooMesh(int rank, int size, string host, TimeSpan time)
    {
        _rank = rank;
        Check(GlooLibrary.Open(rank, size, host, Milliseconds(time), out _mesh));
        Size = size;
    }

    internal int Size { get; }

    /// <summary>Where the other ranks reach this one.</summary>
    internal byte[] Addresses
    {
        get
        {
            var bytes = new byte[GlooLibrary.Addresses(_mesh, null, 0)];
            fixed (byte* start = bytes) _ = GlooLibrary.Addresses(_mesh, start, bytes.Length);
            return bytes;
        }
    }

    internal void Connect(IReadOnlyList<byte[]> addresses)
    {
        for (var other = 0; other < Size; other++)
        {
            if (other != _rank) Check(GlooLibrary.Connect(_mesh, other, addresses[other]));
        }
    }

    internal void AllReduce(Elements buffer, Reduction reduction, TimeSpan time)
    {
        if (buffer.Count == 0) return;
        Check(GlooLibrary.AllReduce(_mesh, buffer.Address, buffer.Count, buffer.ElementBytes, Kind(buffer.Type, reduction), &Fold, Milliseconds(time)));
    }

    internal void Broadcast(Elements buffer, int root, TimeSpan time)
    {
        if (buffer.Count > 0) Check(GlooLibrary.Broadcast(_mesh, buffer.Address, buffer.Bytes, root, Milliseconds(time)));
    }

    internal void AllGather(Elements source, Elements target, TimeSpan time)
    {
        if (source.Count > 0) Check(GlooLibrary.AllGather(_mesh, source.Address, target.Address, source.Bytes, Milliseconds(time)));
    }

    internal T[] AllGather<T>(T value, TimeSpan time)
        where T : unmanaged
    {
        var all = new T[Size];
        fixed (T* target = all) Check(GlooLibrary.AllGather(_mesh, (nint)(&value), (nint)target, sizeof(T), Milliseconds(time)));
        return all;
    }

    internal void Send(Elements buffer, int to, ulong slot, TimeSpan time)
    {
        if (buffer.Count > 0) Check(GlooLibrary.Send(_mesh, buffer.Address, buffer.Bytes, to, slot, Milliseconds(time)));
    }

    internal void Send<T>(T value, int to, ulong slot, TimeSpan time)
        where T : unmanaged
        => Check(GlooLibrary.Send(_mesh, (nint)(&value), sizeof(T), to, slot, Milliseconds(time)));

    internal void Receive(Elements buffer, int from, ulong slot, TimeSpan time)
    {
        if (buffer.Count > 0) Check(GlooLibrary.Receive(_mesh, buffer.Address, buffer.Bytes, from, slot, Milliseconds(time)));
    }

    internal T Receive<T>(int from, ulong slot, TimeSpan time)
        where T : unmanaged
    {
        T value;
        Check(GlooLibrary.Receive(_mesh, (nint)(&value), sizeof(T), from, slot, Milliseconds(time)));
        return value;
    }

    /// <summary>Ends all connections, from any thread.</summary>
    internal void Abort() => GlooLibrary.Abort(_mesh);

    public void Dispose() => GlooLibrary.Close(_mesh);

    // Gloo takes 0 for no limit.
    private static int Milliseconds(TimeSpan time) => (int)Math.Clamp(Math.Ceiling(time.TotalMilliseconds), 1, int.MaxValue);

    private static int Kind(ElementType type, Reduction reduction) => ((int)type << 8) | (int)reduction;

    // Elements of bfloat16 are rounded at every rank.
    [UnmanagedCallersOnly]
    private static void Fold(int kind, nint target, nint x, nint y, nuint count) =>
        Reducer.Reduce([x, y], new(target, (long)count, (ElementType)(kind >> 8)), target, (Reduction)(kind & 255));

    private static void Check(int status)
    {
        if (status != 0) throw new IOException(GlooLibrary.Error());
    }
}

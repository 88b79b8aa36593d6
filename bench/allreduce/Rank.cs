using System.Diagnostics;
using System.Globalization;
using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using Distributed.Collectives.Groups;
using Distributed.Collectives.Hosts;

namespace Distributed.Bench.AllReduce;

/// <summary>A rank of ours: does what peer.py does, and "touch BYTES TIMES": reads and writes the buffer where it lies, which no all-reduce can do without.</summary>
internal static class Rank
{
    private static readonly TimeSpan Deadline = TimeSpan.FromMinutes(1);

    /// <summary>The ranks tell each other where they are through this process's standard streams.</summary>
    internal static async Task RunAsync(int rank, int size, string host, string address)
    {
        using var group = await ProcessGroups.JoinAsync(new StandardStreams(size), rank, size, host, address, Deadline);
        Console.WriteLine(Environment.Version);
        while (Console.ReadLine()?.Split(' ') is [var work, var bytes, var times])
            Console.WriteLine(await Measure(group, work == "touch", long.Parse(bytes, CultureInfo.InvariantCulture), int.Parse(times, CultureInfo.InvariantCulture)));
    }

    private static async Task<string> Measure(IProcessGroup group, bool touch, long bytes, int times)
    {
        var buffer = new Elements(Allocate(bytes), bytes / sizeof(float), ElementType.Float32);
        Fill(buffer, group.Rank + 1);
        await group.AllReduceAsync(buffer, Reduction.Sum, Deadline);
        if (Span(buffer).ContainsAnyExcept(group.Size * (group.Size + 1) / 2f)) throw new InvalidOperationException("a wrong sum");
        Fill(buffer, 0);
        await group.BarrierAsync(Deadline);
        var clock = Stopwatch.GetTimestamp();
        for (var k = 0; k < times; k++)
        {
            if (touch) TensorPrimitives.Add(Span(buffer), 1, Span(buffer));
            else await group.AllReduceAsync(buffer, Reduction.Sum, Deadline);
        }
        var spent = Stopwatch.GetElapsedTime(clock).TotalMilliseconds / times;
        Free(buffer);
        return spent.ToString("R", CultureInfo.InvariantCulture);
    }

    private static unsafe nint Allocate(long bytes) => (nint)NativeMemory.AlignedAlloc((nuint)bytes, 64);

    private static unsafe void Free(Elements buffer) => NativeMemory.AlignedFree((void*)buffer.Address);

    private static void Fill(Elements buffer, float value) => Span(buffer).Fill(value);

    private static unsafe Span<float> Span(Elements buffer) => new((void*)buffer.Address, (int)buffer.Count);
}

using System.Globalization;
using Distributed.Collectives.Groups;
using Distributed.Collectives.Hosts;
using Distributed.Collectives.SharedMemory;

namespace Distributed.Collectives.Tests.Support;

/// <summary>A rank as a process of its own: GROUP RANK SIZE DEADLINE [HOST ADDRESS]. Reduces for ever, says how often, and why it ended.</summary>
internal static class Worker
{
    internal static async Task RunAsync(string[] args)
    {
        var numbers = args.Skip(1).Take(3).Select(text => int.Parse(text, CultureInfo.InvariantCulture)).ToArray();
        var (rank, size, deadline) = (numbers[0], numbers[1], TimeSpan.FromSeconds(numbers[2]));
        try
        {
            using var group = args is [.., var host, var address] && args.Length > 4
                ? await ProcessGroups.JoinAsync(new StandardStreams(size), rank, size, host, address, deadline)
                : await SharedMemoryGroup.JoinAsync(args[0], rank, size, deadline);
            using var buffer = new Numbers(ElementType.Float32, 5_000_000, _ => rank + 1);
            await group.AllReduceAsync(buffer.Elements, Reduction.Sum, deadline);
            Assert.Null(buffer.Difference(_ => size * (size + 1) / 2));
            for (var k = 1; ; k++)
            {
                await group.AllReduceAsync(buffer.Elements, Reduction.Max, deadline);
                if (k % 3 == 0) Console.WriteLine(k);
            }
        }
        catch (GroupException e)
        {
            Console.WriteLine($"{e.Failure.Code} {e.Failure.Rank} {e.Failure.Message}");
        }
    }

    /// <summary>A line out, and a line of each rank in.</summary>
    private sealed class StandardStreams(int size) : IRendezvous
    {
        public async Task<IReadOnlyList<byte[]>> ExchangeAsync(byte[] bytes, CancellationToken cancellation)
        {
            Console.WriteLine("=" + Convert.ToBase64String(bytes));
            var all = new byte[size][];
            for (var rank = 0; rank < size; rank++) all[rank] = Convert.FromBase64String((await Console.In.ReadLineAsync(cancellation))![1..]);
            return all;
        }
    }
}

using System.Globalization;
using Distributed.Collectives.Groups;
using Distributed.Collectives.SharedMemory;

namespace Distributed.Collectives.Tests.Support;

/// <summary>A rank as a process of its own: NAME RANK SIZE DEADLINE. Reduces for ever, says how often, and why it ended.</summary>
internal static class Worker
{
    internal static async Task RunAsync(string[] args)
    {
        var numbers = args.Skip(1).Select(text => int.Parse(text, CultureInfo.InvariantCulture)).ToArray();
        var (rank, size, deadline) = (numbers[0], numbers[1], TimeSpan.FromSeconds(numbers[2]));
        try
        {
            using var group = await SharedMemoryGroup.JoinAsync(args[0], rank, size, deadline);
            using var buffer = new Numbers(ElementType.Float32, 5_000_000, _ => 0);
            for (var k = 1; ; k++)
            {
                await group.AllReduceAsync(buffer.Elements, Reduction.Sum, deadline);
                if (k % 3 == 0) Console.WriteLine(k);
            }
        }
        catch (GroupException e)
        {
            Console.WriteLine($"{e.Failure.Code} {e.Failure.Rank} {e.Failure.Message}");
        }
    }
}

using Distributed.Collectives.Groups;

namespace Distributed.Bench.AllReduce;

/// <summary>A line out, and a line of each rank in.</summary>
internal sealed class StandardStreams(int size) : IRendezvous
{
    internal const char Mark = '=';

    public async Task<IReadOnlyList<byte[]>> ExchangeAsync(byte[] bytes, CancellationToken cancellation)
    {
        Console.WriteLine(Mark + Convert.ToBase64String(bytes));
        var all = new byte[size][];
        for (var rank = 0; rank < size; rank++) all[rank] = Convert.FromBase64String((await Console.In.ReadLineAsync(cancellation))![1..]);
        return all;
    }
}

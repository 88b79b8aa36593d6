using Distributed.Collectives.Groups;

namespace Distributed.Collectives.Hosts;

/// <summary>An exchange among the hosts' first ranks. The others take part too, with nothing.</summary>
internal sealed class LeaderRendezvous(IRendezvous all, Placement placement) : IRendezvous
{
    public async Task<IReadOnlyList<byte[]>> ExchangeAsync(byte[] bytes, CancellationToken cancellation)
    {
        var answers = await all.ExchangeAsync(bytes, cancellation);
        return [.. placement.Hosts.Select(ranks => answers[ranks[0]])];
    }
}

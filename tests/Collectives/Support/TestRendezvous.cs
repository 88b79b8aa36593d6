using Distributed.Collectives.Groups;

namespace Distributed.Collectives.Tests.Support;

/// <summary>Where ranks of one process meet.</summary>
internal sealed class TestRendezvous(int size)
{
    private readonly Lock _gate = new();
    private readonly int[] _rounds = new int[size];
    private readonly List<(byte[]?[] Given, TaskCompletionSource<IReadOnlyList<byte[]>> All)> _exchanges = [];

    internal IRendezvous Of(int rank) => new Seat(this, rank);

    private Task<IReadOnlyList<byte[]>> Give(int rank, byte[] bytes)
    {
        lock (_gate)
        {
            var round = _rounds[rank]++;
            if (_exchanges.Count == round) _exchanges.Add((new byte[size][], new(TaskCreationOptions.RunContinuationsAsynchronously)));
            var (given, all) = _exchanges[round];
            given[rank] = bytes;
            if (Array.TrueForAll(given, one => one is not null)) all.SetResult(given!);
            return all.Task;
        }
    }

    private sealed class Seat(TestRendezvous all, int rank) : IRendezvous
    {
        public Task<IReadOnlyList<byte[]>> ExchangeAsync(byte[] bytes, CancellationToken cancellation) => all.Give(rank, bytes).WaitAsync(cancellation);
    }
}

namespace Distributed.Collectives.Groups;

/// <summary>How ranks that cannot reach each other yet find each other: through whoever told them to form a group.</summary>
public interface IRendezvous
{
    /// <summary>Gives something to every rank. Called equally often by all, in the same order.</summary>
    /// <param name="bytes">This rank's, a few kilobytes at most.</param>
    /// <param name="cancellation">Ends the wait for the others.</param>
    /// <returns>What each rank gave, in the order of the ranks.</returns>
    Task<IReadOnlyList<byte[]>> ExchangeAsync(byte[] bytes, CancellationToken cancellation);
}

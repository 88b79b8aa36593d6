namespace Distributed.Collectives.Groups;

/// <summary>
/// Ranks that compute together. Every rank calls the same collective operations in the same order; they may be called before earlier ones have ended, and run one
/// after the other. Sends and receives run beside them, each in the order of its calls.
/// </summary>
/// <remarks>
/// An operation ends with <see cref="GroupException"/> when a rank is lost, when its deadline (counted from the call) passes, when the group is aborted, or when
/// the ranks' calls do not fit together. From then on the group is broken on every rank: whatever is waiting and whatever is called later ends with the same failure,
/// at once. Arguments that no rank could use throw <see cref="ArgumentException"/> and break nothing. A buffer is not touched any more when its task has ended.
/// All members may be called from any thread.
/// </remarks>
public interface IProcessGroup : IDisposable
{
    /// <summary>This process's number, from 0.</summary>
    int Rank { get; }

    /// <summary>The number of ranks.</summary>
    int Size { get; }

    /// <summary>Why the group is broken; null while it is not.</summary>
    GroupFailure? Failure { get; }

    /// <summary>Replaces every rank's elements by their reduction over all ranks.</summary>
    Task AllReduceAsync(Elements buffer, Reduction reduction, TimeSpan deadline);

    /// <summary>Replaces every rank's elements by those of <paramref name="root"/>.</summary>
    Task BroadcastAsync(Elements buffer, int root, TimeSpan deadline);

    /// <summary>Every rank's <paramref name="source"/>, one behind the other in the order of the ranks.</summary>
    /// <param name="source">Equally many on every rank.</param>
    /// <param name="target"><see cref="Size"/> times as many; <paramref name="source"/> may be this rank's own block of it.</param>
    /// <param name="deadline">From now.</param>
    Task AllGatherAsync(Elements source, Elements target, TimeSpan deadline);

    /// <summary>The reduction over all ranks of this rank's own block of <paramref name="source"/>.</summary>
    /// <param name="source"><see cref="Size"/> times as many as <paramref name="target"/>, equally many on every rank.</param>
    /// <param name="target">May be this rank's own block of <paramref name="source"/>.</param>
    /// <param name="reduction">How.</param>
    /// <param name="deadline">From now.</param>
    Task ReduceScatterAsync(Elements source, Elements target, Reduction reduction, TimeSpan deadline);

    /// <summary>Gives elements to rank <paramref name="to"/>; ends when it has received them.</summary>
    Task SendAsync(Elements buffer, int to, TimeSpan deadline);

    /// <summary>Receives what rank <paramref name="from"/> sends, as many elements as it sends.</summary>
    Task ReceiveAsync(Elements buffer, int from, TimeSpan deadline);

    /// <summary>Ends when every rank has called it.</summary>
    Task BarrierAsync(TimeSpan deadline);

    /// <summary>Breaks the group on every rank.</summary>
    /// <param name="reason">For a person; every rank is told.</param>
    void Abort(string reason);
}

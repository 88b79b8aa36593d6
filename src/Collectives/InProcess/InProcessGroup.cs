using Distributed.Collectives.Groups;

namespace Distributed.Collectives.InProcess;

/// <summary>Ranks that are objects of one process: for tests, and where there is but one rank. Deadlines go by the given clock; nothing is done in the background.</summary>
public sealed class InProcessGroup : IProcessGroup
{
    private readonly Meeting _meeting;

    private InProcessGroup(Meeting meeting, int rank) => (_meeting, Rank) = (meeting, rank);

    /// <summary>A group's ranks, in their order.</summary>
    public static IReadOnlyList<InProcessGroup> Create(int size, TimeProvider? time = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(size, 1);
        var meeting = new Meeting(size, time ?? TimeProvider.System);
        return [.. Enumerable.Range(0, size).Select(rank => new InProcessGroup(meeting, rank))];
    }

    /// <inheritdoc />
    public int Rank { get; }

    /// <inheritdoc />
    public int Size => _meeting.Size;

    /// <inheritdoc />
    public GroupFailure? Failure => _meeting.Failure;

    /// <inheritdoc />
    public Task AllReduceAsync(Elements buffer, Reduction reduction, TimeSpan deadline) =>
        _meeting.Collective(Rank, new(Operation.AllReduce(buffer, reduction), buffer, buffer, deadline));

    /// <inheritdoc />
    public Task BroadcastAsync(Elements buffer, int root, TimeSpan deadline) =>
        _meeting.Collective(Rank, new(Operation.Broadcast(buffer, root, Size), buffer, buffer, deadline));

    /// <inheritdoc />
    public Task AllGatherAsync(Elements source, Elements target, TimeSpan deadline) =>
        _meeting.Collective(Rank, new(Operation.AllGather(source, target, Size), source, target, deadline));

    /// <inheritdoc />
    public Task ReduceScatterAsync(Elements source, Elements target, Reduction reduction, TimeSpan deadline) =>
        _meeting.Collective(Rank, new(Operation.ReduceScatter(source, target, reduction, Size), source, target, deadline));

    /// <inheritdoc />
    public Task SendAsync(Elements buffer, int to, TimeSpan deadline) =>
        _meeting.Send(Rank, to, new(Operation.Message(buffer, to, Rank, Size), buffer, default, deadline));

    /// <inheritdoc />
    public Task ReceiveAsync(Elements buffer, int from, TimeSpan deadline) =>
        _meeting.Receive(Rank, from, new(Operation.Message(buffer, from, Rank, Size), default, buffer, deadline));

    /// <inheritdoc />
    public Task BarrierAsync(TimeSpan deadline) => _meeting.Collective(Rank, new(Operation.Barrier, default, default, deadline));

    /// <inheritdoc />
    public void Abort(string reason) => _meeting.Break(Failures.Aborted(Rank, reason));

    /// <summary>Leaves the group: from now on it is broken.</summary>
    public void Dispose() => _meeting.Break(Failures.Left(Rank));
}

using Distributed.Collectives.Groups;
using Distributed.Collectives.Reductions;

namespace Distributed.Collectives.Gloo;

/// <summary>
/// Ranks on several hosts, over TCP by Gloo. When one of them breaks the group, or dies, its connections end: the others learn at once that a rank is lost, and
/// not which one or why. Sums are made around a ring: the same bits on every rank and in every run, though not in the order of the ranks, and those of bfloat16 are
/// rounded at every rank. A send ends when its buffer may be reused.
/// </summary>
public sealed class GlooGroup : IProcessGroup
{
    private const ulong SenderSlot = 1, ReceiverSlot = 2, DataSlot = 3;

    private readonly Lock _gate = new();
    private readonly GlooMesh _mesh;
    private readonly IReadOnlyList<int> _names;
    private readonly TimeProvider _time;
    private readonly Lane _collectives, _sends, _receives;
    private GroupFailure? _failure;
    private bool _left;

    private GlooGroup(GlooMesh mesh, int rank, IReadOnlyList<int> names, TimeProvider time)
    {
        (_mesh, Rank, _names, _time) = (mesh, rank, names, time);
        _collectives = new($"Gloo collectives of rank {rank}");
        _sends = new($"Gloo sends of rank {rank}");
        _receives = new($"Gloo receives of rank {rank}");
    }

    /// <inheritdoc />
    public int Rank { get; }

    /// <inheritdoc />
    public int Size => _mesh.Size;

    /// <inheritdoc />
    public GroupFailure? Failure => Volatile.Read(ref _failure);

    /// <summary>Joins a group; ends when this rank is connected with all others.</summary>
    /// <param name="rendezvous">Through which the ranks exchange their addresses.</param>
    /// <param name="rank">From 0.</param>
    /// <param name="size">The number of ranks.</param>
    /// <param name="host">The name or address of this machine under which the others reach it.</param>
    /// <param name="deadline">From now.</param>
    /// <param name="time">The clock that deadlines go by.</param>
    /// <exception cref="GroupException">A rank did not come or cannot be reached; the library is missing.</exception>
    public static Task<GlooGroup> JoinAsync(
        IRendezvous rendezvous, int rank, int size, string host, TimeSpan deadline, TimeProvider? time = null) =>
        JoinAsync(rendezvous, rank, [.. Enumerable.Range(0, size)], host, deadline, time);

    /// <summary>Joins a group that is part of a larger one, in which its ranks have these numbers.</summary>
    internal static async Task<GlooGroup> JoinAsync(
        IRendezvous rendezvous, int rank, IReadOnlyList<int> names, string host, TimeSpan deadline, TimeProvider? time = null)
    {
        ArgumentNullException.ThrowIfNull(rendezvous);
        GlooLibrary.Require();
        time ??= TimeProvider.System;
        var limit = Deadline.In(deadline, time);
        var group = new GlooGroup(new(rank, names.Count, host, deadline), rank, names, time);
        try
        {
            using var late = new CancellationTokenSource(deadline, time);
            var addresses = await rendezvous.ExchangeAsync(group._mesh.Addresses, late.Token);
            await group.Run(group._collectives, Operation.Barrier, limit, _ => group._mesh.Connect(addresses));
            return group;
        }
        catch (Exception e)
        {
            group.Dispose();
            if (e is OperationCanceledException) throw new GroupException(Failures.Late(Operation.Barrier, deadline));
            throw;
        }
    }

    /// <inheritdoc />
    public Task AllReduceAsync(Elements buffer, Reduction reduction, TimeSpan deadline) =>
        Collective(Operation.AllReduce(buffer, reduction), deadline, limit => Reduce(buffer, reduction, limit));

    /// <inheritdoc />
    public Task BroadcastAsync(Elements buffer, int root, TimeSpan deadline) =>
        Collective(Operation.Broadcast(buffer, root, Size), deadline, limit => _mesh.Broadcast(buffer, root, limit.Left));

    /// <inheritdoc />
    public Task AllGatherAsync(Elements source, Elements target, TimeSpan deadline) =>
        Collective(Operation.AllGather(source, target, Size), deadline, limit => _mesh.AllGather(source, target, limit.Left));

    /// <inheritdoc />
    public Task ReduceScatterAsync(Elements source, Elements target, Reduction reduction, TimeSpan deadline) =>
        Collective(Operation.ReduceScatter(source, target, reduction, Size), deadline, limit =>
        {
            // Gloo's own has no deadline.
            using var all = new Scratch(source);
            source.CopyTo(all.Elements.Address);
            Reduce(all.Elements, reduction, limit);
            all.Elements.Slice(Rank * target.Count, target.Count).CopyTo(target.Address);
        });

    /// <inheritdoc />
    public Task SendAsync(Elements buffer, int to, TimeSpan deadline)
    {
        var message = Operation.Message(buffer, to, Rank, Size);
        return Run(_sends, message, Deadline.In(deadline, _time), limit =>
        {
            _mesh.Send(message, to, SenderSlot, limit.Left);
            Compare(message, to, _mesh.Receive<Operation>(to, ReceiverSlot, limit.Left));
            _mesh.Send(buffer, to, DataSlot, limit.Left);
        });
    }

    /// <inheritdoc />
    public Task ReceiveAsync(Elements buffer, int from, TimeSpan deadline)
    {
        var message = Operation.Message(buffer, from, Rank, Size);
        return Run(_receives, message, Deadline.In(deadline, _time), limit =>
        {
            // Gloo's sends wait for the receive: the sender speaks first, and both hear the other before they compare.
            var theirs = _mesh.Receive<Operation>(from, SenderSlot, limit.Left);
            _mesh.Send(message, from, ReceiverSlot, limit.Left);
            Compare(message, from, theirs);
            _mesh.Receive(buffer, from, DataSlot, limit.Left);
        });
    }

    /// <inheritdoc />
    public Task BarrierAsync(TimeSpan deadline) => Collective(Operation.Barrier, deadline, _ => { });

    /// <inheritdoc />
    public void Abort(string reason) => Break(Failures.Aborted(_names[Rank], reason));

    /// <summary>Leaves the group, which is broken from then on; ends when nothing touches the callers' buffers any more.</summary>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _left, true)) return;
        Break(Failures.Left(_names[Rank]));
        _collectives.Dispose();
        _sends.Dispose();
        _receives.Dispose();
        lock (_gate) _mesh.Dispose();
    }

    // A gather of the calls comes first: Gloo itself neither compares them nor keeps its ranks together over nothing.
    private Task Collective(Operation call, TimeSpan deadline, Action<Deadline> work) => Run(_collectives, call, Deadline.In(deadline, _time), limit =>
    {
        var calls = _mesh.AllGather(call, limit.Left);
        for (var other = 0; other < Size; other++) Compare(call, other, calls[other]);
        work(limit);
    });

    private void Compare(Operation call, int other, Operation theirs)
    {
        if (theirs != call) throw new GroupException(Break(Failures.Mismatch(_names[Rank], call, _names[other], theirs)));
    }

    private void Reduce(Elements buffer, Reduction reduction, Deadline limit)
    {
        _mesh.AllReduce(buffer, reduction == Reduction.Mean ? Reduction.Sum : reduction, limit.Left);
        if (reduction == Reduction.Mean) Reducer.Divide(buffer, Size);
    }

    private Task Run(Lane lane, Operation call, Deadline limit, Action<Deadline> work)
    {
        if (Failure is { } failure) return Task.FromException(new GroupException(failure));
        return lane.Run(() =>
        {
            if (Failure is { } earlier) throw new GroupException(earlier);
            try
            {
                work(limit);
            }
            catch (IOException e) when (e is not GroupException)
            {
                throw new GroupException(Break(limit.Left <= TimeSpan.Zero ? Failures.Late(call, limit.Span) : Failures.Disconnected(e.Message)));
            }
        });
    }

    // The first reason stays. The connections end with it, and with them what the other ranks wait for.
    internal GroupFailure Break(GroupFailure failure)
    {
        lock (_gate)
        {
            if (_failure is not null) return _failure;
            _failure = failure;
            _mesh.Abort();
            return failure;
        }
    }
}

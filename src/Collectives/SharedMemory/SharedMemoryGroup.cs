using System.Buffers;
using Distributed.Collectives.Groups;

namespace Distributed.Collectives.SharedMemory;

/// <summary>
/// Ranks that are processes of one Linux machine. They share a file in /dev/shm of some 5 MiB a rank, which has a name only while they join. The death of a rank
/// is noticed by those who wait for it within 0.2 s.
/// </summary>
public sealed class SharedMemoryGroup : IProcessGroup
{
    private const string Folder = "/dev/shm";
    private const string Prefix = "distributed-";
    private const int SlotBytes = 1 << 20;

    private static readonly TimeSpan LookAgain = TimeSpan.FromMilliseconds(2);

    private static readonly SearchValues<char> NameCharacters =
        SearchValues.Create("-_.0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz");

    private readonly Segment _segment;
    private readonly Members _members;
    private readonly TimeProvider _time;
    private readonly Pipeline _pipeline;
    private readonly Mail _mail;
    private readonly Lane _collectives, _sends, _receives;
    private bool _left;

    private SharedMemoryGroup(Segment segment, int rank, IReadOnlyList<int> names, TimeProvider time)
    {
        (_segment, _time) = (segment, time);
        _members = new(segment, rank, names);
        _pipeline = new(segment, _members);
        _mail = new(segment, _members);
        _collectives = new($"collectives of rank {rank}");
        _sends = new($"sends of rank {rank}");
        _receives = new($"receives of rank {rank}");
    }

    /// <inheritdoc />
    public int Rank => _members.Rank;

    /// <inheritdoc />
    public int Size => _members.Size;

    /// <inheritdoc />
    public GroupFailure? Failure => _members.Failure;

    /// <summary>Joins a group; ends when all of its ranks have.</summary>
    /// <param name="name">The same on every rank, and never used before: letters, digits, '-', '_' and '.', at most 200.</param>
    /// <param name="rank">From 0.</param>
    /// <param name="size">The number of ranks.</param>
    /// <param name="deadline">From now.</param>
    /// <param name="time">The clock that deadlines go by.</param>
    /// <param name="cancellation">Gives up joining, for all ranks.</param>
    /// <exception cref="GroupException">The group did not come about: a rank did not come or died, /dev/shm has no room, the name or the rank is taken.</exception>
    public static Task<SharedMemoryGroup> JoinAsync(
        string name, int rank, int size, TimeSpan deadline, TimeProvider? time = null, CancellationToken cancellation = default) =>
        JoinAsync(Folder, name, rank, new(size, SlotBytes), deadline, time, null, cancellation);

    /// <summary>Joins a group that is part of a larger one, in which its ranks have these numbers.</summary>
    internal static Task<SharedMemoryGroup> JoinAsync(string name, int rank, IReadOnlyList<int> names, TimeSpan deadline) =>
        JoinAsync(Folder, name, rank, new(names.Count, SlotBytes), deadline, names: names);

    internal static async Task<SharedMemoryGroup> JoinAsync(
        string folder, string name, int rank, Layout layout, TimeSpan deadline, TimeProvider? time = null, IReadOnlyList<int>? names = null,
        CancellationToken cancellation = default)
    {
        if (!OperatingSystem.IsLinux()) throw new PlatformNotSupportedException("shared memory between ranks needs Linux");
        ArgumentException.ThrowIfNullOrEmpty(name);
        if (name.Length > 200 || name.AsSpan().ContainsAnyExcept(NameCharacters)) throw new ArgumentException("letters, digits, '-', '_' and '.', at most 200", nameof(name));
        ArgumentOutOfRangeException.ThrowIfLessThan(layout.Size, 1, "size");
        ArgumentOutOfRangeException.ThrowIfNegative(rank);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(rank, layout.Size);

        time ??= TimeProvider.System;
        var limit = Deadline.In(deadline, time);
        var path = Path.Combine(folder, Prefix + name);
        if (rank == 0) Leftovers.Sweep(folder, Prefix + "*", time);
        var segment = rank == 0 ? Segment.Create(path, layout) : await OpenAsync(path, layout, limit, time, cancellation);
        if (rank != 0 && !segment.Claim(rank))
        {
            segment.Dispose();
            throw new GroupException(new(FailureCode.NameTaken, rank, $"another process is rank {rank} of {path}"));
        }
        return await MeetAsync(new(segment, rank, names ?? [.. Enumerable.Range(0, layout.Size)], time), path, limit, cancellation);
    }

    /// <inheritdoc />
    public Task AllReduceAsync(Elements buffer, Reduction reduction, TimeSpan deadline) =>
        Collective(Operation.AllReduce(buffer, reduction), new AllReduce(_segment, Rank, buffer, reduction), deadline);

    /// <inheritdoc />
    public Task BroadcastAsync(Elements buffer, int root, TimeSpan deadline) =>
        Collective(Operation.Broadcast(buffer, root, Size), new Broadcast(_segment, Rank, buffer, root), deadline);

    /// <inheritdoc />
    public Task AllGatherAsync(Elements source, Elements target, TimeSpan deadline) =>
        Collective(Operation.AllGather(source, target, Size), new AllGather(_segment, Rank, source, target), deadline);

    /// <inheritdoc />
    public Task ReduceScatterAsync(Elements source, Elements target, Reduction reduction, TimeSpan deadline) =>
        Collective(Operation.ReduceScatter(source, target, reduction, Size), new ReduceScatter(_segment, Rank, source, target, reduction), deadline);

    /// <inheritdoc />
    public Task BarrierAsync(TimeSpan deadline) => Collective(Operation.Barrier, new Broadcast(_segment, Rank, default, 0), deadline);

    /// <inheritdoc />
    public Task SendAsync(Elements buffer, int to, TimeSpan deadline)
    {
        var message = Operation.Message(buffer, to, Rank, Size);
        return Run(_sends, limit => _mail.Send(message, buffer, to, limit), deadline);
    }

    /// <inheritdoc />
    public Task ReceiveAsync(Elements buffer, int from, TimeSpan deadline)
    {
        var message = Operation.Message(buffer, from, Rank, Size);
        return Run(_receives, limit => _mail.Receive(message, buffer, from, limit), deadline);
    }

    /// <inheritdoc />
    public void Abort(string reason) => Break(Failures.Aborted(_members.Name(Rank), reason));

    /// <summary>Leaves the group, which is broken from then on; ends when nothing touches the callers' buffers any more.</summary>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _left, true)) return;
        Break(Failures.Left(_members.Name(Rank)));
        _collectives.Dispose();
        _sends.Dispose();
        _receives.Dispose();
        _members.Close();
        _segment.Dispose();
    }

    /// <summary>Breaks the group on every rank; the first reason stays.</summary>
    internal void Break(GroupFailure failure) => _members.Break(failure);

    private static async Task<Segment> OpenAsync(string path, Layout layout, Deadline limit, TimeProvider time, CancellationToken cancellation)
    {
        while (true)
        {
            if (Segment.TryOpen(path, layout) is { } segment) return segment;
            if (limit.Left <= TimeSpan.Zero) throw new GroupException(Failures.Late([0], Operation.Barrier, limit.Span));
            await Task.Delay(LookAgain, time, cancellation);
        }
    }

    private static async Task<SharedMemoryGroup> MeetAsync(SharedMemoryGroup group, string path, Deadline limit, CancellationToken cancellation)
    {
        try
        {
            await using var registration = cancellation.Register(() => group.Abort("joining was cancelled"));
            await group.BarrierAsync(limit.Rest);
            return group;
        }
        catch
        {
            group.Dispose();
            throw;
        }
        finally
        {
            // Every rank, for any of them may be killed before it comes to this.
            File.Delete(path);
        }
    }

    private Task Collective(Operation operation, ITransfer transfer, TimeSpan deadline) => Run(_collectives, limit => _pipeline.Run(operation, transfer, limit), deadline);

    private Task Run(Lane lane, Action<Deadline> work, TimeSpan deadline)
    {
        var limit = Deadline.In(deadline, _time);
        if (Failure is { } failure) return Task.FromException(new GroupException(failure));
        return lane.Run(() =>
        {
            try
            {
                work(limit);
            }
            catch (Exception e) when (e is not GroupException)
            {
                // The other ranks must not wait for one that has given up.
                Break(Failures.Aborted(_members.Name(Rank), e.Message));
                throw;
            }
        });
    }
}

using Distributed.Collectives.Gloo;
using Distributed.Collectives.Groups;
using Distributed.Collectives.Reductions;
using Distributed.Collectives.SharedMemory;

namespace Distributed.Collectives.Hosts;

/// <summary>
/// Several ranks on each of several hosts: those of one host reduce through shared memory, its first rank speaks for it over Gloo, and shares what it got. What breaks
/// one of the groups inside breaks all of them.
/// </summary>
internal sealed class HierarchicalGroup : IProcessGroup
{
    private readonly Lock _gate = new();
    private readonly Placement _placement;
    private readonly GlooGroup _world;
    private readonly GlooGroup? _leaders;
    private readonly SharedMemoryGroup? _local;
    private Task _last = Task.CompletedTask;
    private GroupFailure? _failure;

    private HierarchicalGroup(Placement placement, GlooGroup world, GlooGroup? leaders, SharedMemoryGroup? local) =>
        (_placement, _world, _leaders, _local) = (placement, world, leaders, local);

    /// <inheritdoc />
    public int Rank => _world.Rank;

    /// <inheritdoc />
    public int Size => _world.Size;

    /// <inheritdoc />
    public GroupFailure? Failure => Volatile.Read(ref _failure) ?? _world.Failure;

    internal static async Task<IProcessGroup> JoinAsync(
        GlooGroup world, Placement placement, string name, IRendezvous rendezvous, string address, Deadline limit)
    {
        GlooGroup? leaders = null;
        try
        {
            var among = new LeaderRendezvous(rendezvous, placement);
            if (placement.Leads) leaders = await GlooGroup.JoinAsync(among, placement.Host, [.. placement.Hosts.Select(ranks => ranks[0])], address, limit.Rest);
            else await among.ExchangeAsync([], CancellationToken.None).WaitAsync(limit.Rest);
            var local = placement.Local.Length == 1 ? null
                : await SharedMemoryGroup.JoinAsync(name, placement.LocalIndex(world.Rank), placement.Local, limit.Rest);
            return new HierarchicalGroup(placement, world, leaders, local);
        }
        catch (Exception e)
        {
            leaders?.Dispose();
            world.Dispose();
            if (e is TimeoutException) throw new GroupException(Failures.Late(Operation.Barrier, limit.Span));
            throw;
        }
    }

    /// <inheritdoc />
    public Task AllReduceAsync(Elements buffer, Reduction reduction, TimeSpan deadline)
    {
        Operation.AllReduce(buffer, reduction);
        return Run(limit => ReduceAsync(buffer, reduction, limit), deadline);
    }

    /// <inheritdoc />
    public Task BroadcastAsync(Elements buffer, int root, TimeSpan deadline)
    {
        Operation.Broadcast(buffer, root, Size);
        var home = _placement.HostOf(root);
        return Run(
            async limit =>
            {
                if (home == _placement.Host) await ShareAsync(buffer, _placement.LocalIndex(root), limit);
                if (_leaders is not null) await _leaders.BroadcastAsync(buffer, home, limit.Rest);
                if (home != _placement.Host) await ShareAsync(buffer, 0, limit);
            },
            deadline);
    }

    /// <inheritdoc />
    public Task AllGatherAsync(Elements source, Elements target, TimeSpan deadline)
    {
        Operation.AllGather(source, target, Size);
        return Run(limit => GatherAsync(source, target, limit), deadline);
    }

    /// <inheritdoc />
    public Task ReduceScatterAsync(Elements source, Elements target, Reduction reduction, TimeSpan deadline)
    {
        Operation.ReduceScatter(source, target, reduction, Size);
        return Run(
            async limit =>
            {
                using var all = new Scratch(source);
                source.CopyTo(all.Elements.Address);
                await ReduceAsync(all.Elements, reduction, limit);
                all.Elements.Slice(Rank * target.Count, target.Count).CopyTo(target.Address);
            },
            deadline);
    }

    /// <inheritdoc />
    public Task SendAsync(Elements buffer, int to, TimeSpan deadline) => Guard(_world.SendAsync(buffer, to, deadline));

    /// <inheritdoc />
    public Task ReceiveAsync(Elements buffer, int from, TimeSpan deadline) => Guard(_world.ReceiveAsync(buffer, from, deadline));

    /// <inheritdoc />
    public Task BarrierAsync(TimeSpan deadline) => Run(limit => ReduceAsync(default, Reduction.Sum, limit), deadline);

    /// <inheritdoc />
    public void Abort(string reason) => Break(Failures.Aborted(Rank, reason));

    /// <inheritdoc />
    public void Dispose()
    {
        Break(Failures.Left(Rank));
        _local?.Dispose();
        _leaders?.Dispose();
        _world.Dispose();
    }

    private async Task ReduceAsync(Elements buffer, Reduction reduction, Deadline limit)
    {
        var partial = reduction == Reduction.Mean ? Reduction.Sum : reduction;
        if (_local is not null) await _local.AllReduceAsync(buffer, partial, limit.Rest);
        if (_leaders is not null)
        {
            await _leaders.AllReduceAsync(buffer, partial, limit.Rest);
            if (reduction == Reduction.Mean) Reducer.Divide(buffer, Size);
        }
        await ShareAsync(buffer, 0, limit);
    }

    private async Task GatherAsync(Elements source, Elements target, Deadline limit)
    {
        using var mine = new Scratch(source with { Count = source.Count * _placement.Local.Length });
        if (_local is not null) await _local.AllGatherAsync(source, mine.Elements, limit.Rest);
        else source.CopyTo(mine.Elements.Address);
        for (var host = 0; _leaders is not null && host < _placement.Hosts.Count; host++)
        {
            var ranks = _placement.Hosts[host];
            using var theirs = new Scratch(source with { Count = source.Count * ranks.Length });
            var blocks = host == _placement.Host ? mine.Elements : theirs.Elements;
            await _leaders.BroadcastAsync(blocks, host, limit.Rest);
            for (var k = 0; k < ranks.Length; k++)
                blocks.Slice(k * source.Count, source.Count).CopyTo(target.Slice(ranks[k] * source.Count, source.Count).Address);
        }
        await ShareAsync(target, 0, limit);
    }

    private Task ShareAsync(Elements buffer, int root, Deadline limit) =>
        _local?.BroadcastAsync(buffer, root, limit.Rest) ?? Task.CompletedTask;

    // One collective after the other: what the leaders call must have the same order on every host.
    private Task Run(Func<Deadline, Task> work, TimeSpan deadline)
    {
        var limit = Deadline.In(deadline, TimeProvider.System);
        lock (_gate) return _last = After(_last);

        async Task After(Task last)
        {
            await last.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ForceYielding);
            await Guard(Failure is { } failure ? Task.FromException(new GroupException(failure)) : work(limit));
        }
    }

    private async Task Guard(Task task)
    {
        try
        {
            await task;
        }
        catch (GroupException e)
        {
            throw new GroupException(Break(e.Failure));
        }
    }

    private GroupFailure Break(GroupFailure failure)
    {
        lock (_gate)
        {
            if (_failure is not null) return _failure;
            _failure = failure;
        }
        _local?.Break(failure);
        _leaders?.Break(failure);
        _world.Break(failure);
        return failure;
    }
}

using System.Runtime.InteropServices;
using Distributed.Collectives.Groups;
using Distributed.Collectives.Reductions;

namespace Distributed.Collectives.InProcess;

/// <summary>Where the ranks' calls meet. Whoever comes last does the work for all.</summary>
internal sealed class Meeting(int size, TimeProvider time)
{
    private readonly Lock _gate = new();
    private readonly long[] _calls = new long[size];
    private readonly Dictionary<long, Call?[]> _collectives = [];
    private readonly Dictionary<(int From, int To), Queue<Call>> _sends = [], _receives = [];

    internal GroupFailure? Failure { get; private set; }

    internal int Size => size;

    internal Task Collective(int rank, Call call)
    {
        lock (_gate)
        {
            if (Failure is not null) return Refuse(call);
            var number = _calls[rank]++;
            if (!_collectives.TryGetValue(number, out var calls)) _collectives[number] = calls = new Call?[size];
            calls[rank] = call;
            if (Array.TrueForAll(calls, one => one is not null))
            {
                _collectives.Remove(number);
                Perform(calls!);
            }
            else
            {
                Arm(call, () => Absent(number));
            }
            return call.Task;
        }
    }

    internal Task Send(int rank, int to, Call call) => Exchange(_sends, _receives, (rank, to), to, call);

    internal Task Receive(int rank, int from, Call call) => Exchange(_receives, _sends, (from, rank), from, call);

    internal void Break(GroupFailure failure)
    {
        lock (_gate)
        {
            if (Failure is not null) return;
            Failure = failure;
            var waiting = _collectives.Values.SelectMany(calls => calls.OfType<Call>()).Concat(_sends.Values.Concat(_receives.Values).SelectMany(calls => calls));
            foreach (var call in waiting) call.Fail(failure);
        }
    }

    private Task Exchange(
        Dictionary<(int, int), Queue<Call>> mine, Dictionary<(int, int), Queue<Call>> others, (int From, int To) way, int peer, Call call)
    {
        lock (_gate)
        {
            if (Failure is not null) return Refuse(call);
            if (others.TryGetValue(way, out var queue) && queue.TryDequeue(out var other))
            {
                var (send, receive) = mine == _sends ? (call, other) : (other, call);
                if (Differ((way.From, send), (way.To, receive))) return Refuse(call, other);
                send.Source.CopyTo(receive.Target.Address);
                send.Complete();
                receive.Complete();
            }
            else
            {
                ref var waiting = ref CollectionsMarshal.GetValueRefOrAddDefault(mine, way, out _);
                (waiting ??= new()).Enqueue(call);
                Arm(call, () => [peer]);
            }
            return call.Task;
        }
    }

    private void Arm(Call call, Func<IEnumerable<int>> late) => call.Timer = time.CreateTimer(
        _ =>
        {
            lock (_gate)
            {
                if (!call.Task.IsCompleted) Break(Failures.Late([.. late()], call.Operation, call.Deadline));
            }
        },
        null, call.Deadline, Timeout.InfiniteTimeSpan);

    private IEnumerable<int> Absent(long number) => Enumerable.Range(0, size).Where(rank => _collectives[number][rank] is null);

    private void Perform(Call[] calls)
    {
        for (var rank = 1; rank < size; rank++)
        {
            if (!Differ((0, calls[0]), (rank, calls[rank]))) continue;
            Refuse(calls);
            return;
        }
        Compute(calls);
        foreach (var call in calls) call.Complete();
    }

    private bool Differ((int Rank, Call Call) one, (int Rank, Call Call) other)
    {
        if (one.Call.Operation == other.Call.Operation) return false;
        Break(Failures.Mismatch(one.Rank, one.Call.Operation, other.Rank, other.Call.Operation));
        return true;
    }

    private Task Refuse(params Call[] calls)
    {
        foreach (var call in calls) call.Fail(Failure!);
        return calls[0].Task;
    }

    private void Compute(Call[] calls)
    {
        var operation = calls[0].Operation;
        switch (operation.Kind)
        {
            case OperationKind.AllReduce:
                Reduce(calls, 0, operation, calls.Select(call => call.Target));
                break;
            case OperationKind.ReduceScatter:
                for (var rank = 0; rank < size; rank++) Reduce(calls, rank * operation.Count, operation, [calls[rank].Target]);
                break;
            case OperationKind.Broadcast:
                foreach (var call in calls) calls[operation.Root].Source.CopyTo(call.Target.Address);
                break;
            case OperationKind.AllGather:
                foreach (var call in calls)
                {
                    for (var rank = 0; rank < size; rank++)
                        calls[rank].Source.CopyTo(call.Target.Slice(rank * operation.Count, operation.Count).Address);
                }
                break;
        }
    }

    private static unsafe void Reduce(Call[] calls, long start, Operation operation, IEnumerable<Elements> targets)
    {
        var sources = calls.Select(call => call.Source.Slice(start, operation.Count)).ToArray();
        var memory = (nint)NativeMemory.AlignedAlloc((nuint)Math.Max(64, sources[0].Bytes), 64);
        var sum = sources[0] with { Address = memory };
        Reducer.Reduce([.. sources.Select(source => source.Address)], sum, memory, operation.Reduction);
        foreach (var target in targets) sum.CopyTo(target.Address);
        NativeMemory.AlignedFree((void*)memory);
    }
}

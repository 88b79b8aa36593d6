using Distributed.Collectives.Groups;

namespace Distributed.Collectives.SharedMemory;

/// <summary>One rank's view of the others: waits for them, notices when they are gone, and breaks the group for all.</summary>
/// <param name="segment">What they share.</param>
/// <param name="rank">This rank.</param>
/// <param name="names">What the ranks are called in failures: they may be part of a larger group.</param>
internal sealed unsafe class Members(Segment segment, int rank, IReadOnlyList<int> names)
{
    // How long a sleeper goes without a look at who is still alive.
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(100);

    private readonly Lock _gate = new();
    private bool _closed;
    private GroupFailure? _failure;

    internal int Rank => rank;

    internal int Size => segment.Size;

    /// <summary>What a rank is called in failures.</summary>
    internal int Name(int other) => names[other];

    /// <summary>Why the group is broken; may be asked at any time, after <see cref="Close"/> as well.</summary>
    internal GroupFailure? Failure
    {
        get
        {
            lock (_gate) return Look();
        }
    }

    /// <summary>Breaks the group; the first reason stays.</summary>
    internal GroupFailure Break(GroupFailure failure)
    {
        lock (_gate)
        {
            if (Look() is { } earlier) return earlier;
            segment.Page(rank)->Failure = failure;
            Interlocked.CompareExchange(ref segment.Header->Broken, rank + 1, 0);
            segment.Header->Step.Wake();
            for (var other = 0; other < segment.Size; other++)
            {
                segment.Page(other)->Sent.Wake();
                segment.Page(other)->Received.Wake();
            }
            return Look()!;
        }
    }

    /// <summary>From here on the shared memory is not looked at.</summary>
    internal void Close()
    {
        lock (_gate) (_failure, _closed) = (Look(), true);
    }

    /// <summary>Throws when the group is broken.</summary>
    internal void Check()
    {
        if (Volatile.Read(ref segment.Header->Broken) != 0) throw new GroupException(Failure!);
    }

    /// <summary>Returns when a signal has changed from what was seen, and now and then before.</summary>
    /// <param name="signal">In shared memory.</param>
    /// <param name="seen">Its value when the caller looked.</param>
    /// <param name="deadline">After it the group is broken.</param>
    /// <param name="late">Why, then.</param>
    internal void Await(ref Signal signal, int seen, Deadline deadline, Func<GroupFailure> late)
    {
        // Nobody spins: the core has a gradient to compute meanwhile, and on busy cores turns brought nothing and cost up to twice the time.
        Check();
        var left = deadline.Left;
        if (left > TimeSpan.Zero) signal.Sleep(seen, left < Patience ? left : Patience);
        if (signal.Value != seen) return;

        Check();
        for (var other = 0; other < segment.Size; other++)
        {
            if (other != rank && segment.IsLost(other)) throw new GroupException(Break(Failures.Died(Name(other))));
        }
        if (deadline.Left <= TimeSpan.Zero) throw new GroupException(Break(late()));
    }

    private GroupFailure? Look()
    {
        if (_closed || _failure is not null) return _failure;
        var broken = Volatile.Read(ref segment.Header->Broken);
        return broken == 0 ? null : _failure = segment.Page(broken - 1)->Failure;
    }
}

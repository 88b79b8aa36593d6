using Distributed.Collectives.Groups;

namespace Distributed.Collectives.SharedMemory;

/// <summary>Runs collectives, one after the other.</summary>
internal sealed unsafe class Pipeline(Segment segment, Members members)
{
    private long _step;
    private long _calls;

    /// <summary>
    /// One barrier a chunk, and <see cref="ITransfer.Lag"/> more at the end. None is needed behind the last step: the next collective begins in it, with a slot that
    /// nobody reads.
    /// </summary>
    internal void Run(Operation call, ITransfer transfer, Deadline deadline)
    {
        members.Check();
        Call(segment.Page(members.Rank)) = call;
        for (var chunk = 0L; ; chunk++)
        {
            if (chunk < transfer.Chunks) transfer.Stage(chunk, _step);
            if (chunk >= 1 && chunk <= transfer.Chunks) transfer.Reduce(chunk - 1, _step - 1);
            if (chunk >= transfer.Lag) transfer.Take(chunk - transfer.Lag, _step - transfer.Lag);
            if (chunk == transfer.Chunks + transfer.Lag - 1) break;
            Barrier(call, deadline);
            if (chunk == 0) Compare(call);
        }
        _calls++;
    }

    private void Barrier(Operation call, Deadline deadline)
    {
        var header = segment.Header;
        var step = (int)++_step;
        Volatile.Write(ref segment.Page(members.Rank)->Step, step);
        if (Interlocked.Increment(ref header->Arrived) == segment.Size)
        {
            Volatile.Write(ref header->Arrived, 0);
            header->Step.Set(step);
        }
        while (header->Step.Value != step) members.Await(ref header->Step, step - 1, deadline, () => Failures.Late(Absent(step), call, deadline.Span));
    }

    private void Compare(Operation call)
    {
        for (var other = 0; other < segment.Size; other++)
        {
            var theirs = Call(segment.Page(other));
            if (theirs != call) throw new GroupException(members.Break(Failures.Mismatch(members.Name(members.Rank), call, members.Name(other), theirs)));
        }
    }

    private List<int> Absent(int step) =>
        [.. Enumerable.Range(0, segment.Size).Where(other => Volatile.Read(ref segment.Page(other)->Step) != step).Select(members.Name)];

    private ref Operation Call(RankPage* page) => ref _calls % 2 == 0 ? ref page->EvenCall : ref page->OddCall;
}

using Distributed.Collectives.Groups;

namespace Distributed.Collectives.InProcess;

/// <summary>One rank's call of an operation, until it ends.</summary>
internal sealed class Call
{
    private readonly TaskCompletionSource _done = new(TaskCreationOptions.RunContinuationsAsynchronously);

    internal Call(Operation operation, Elements source, Elements target, TimeSpan deadline)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(deadline, TimeSpan.Zero);
        (Operation, Source, Target, Deadline) = (operation, source, target, deadline);
    }

    internal Operation Operation { get; }

    internal Elements Source { get; }

    internal Elements Target { get; }

    internal TimeSpan Deadline { get; }

    internal Task Task => _done.Task;

    internal ITimer? Timer { get; set; }

    internal void Complete()
    {
        Timer?.Dispose();
        _done.TrySetResult();
    }

    internal void Fail(GroupFailure failure)
    {
        Timer?.Dispose();
        _done.TrySetException(new GroupException(failure));
    }
}

using System.Collections.Immutable;
using System.Diagnostics;

namespace Orleans.Runtime;

/// <summary>A call on its way to a grain or an observer, and the caller's wait for its response.</summary>
internal sealed class GrainCall(GrainId target, GrainMethod method, object?[] arguments, bool traced) : Turn
{
    // Completed on the pool: a caller's continuation must not run inside the callee's turn.
    private readonly TaskCompletionSource<object?> response = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly ImmutableDictionary<string, object> headers = RequestContext.Snapshot;
    private ITimer? deadline;
    private TimeSpan timeout;
    private bool dropExpired;
    private object? result;
    private Exception? error;

    public GrainMethod Method => method;

    public Task<object?> Response => response.Task;

    /// <summary>The caller's span.</summary>
    public ActivityContext Parent { get; init; }

    /// <summary>How often it has been passed on because its activation ended.</summary>
    public int Forwards { get; set; }

    public override bool Interleaves => method.AlwaysInterleave;

    public override bool ReadOnly => method.ReadOnly;

    public override bool IsDropped => dropExpired && response.Task.IsCompleted;

    public void ExpireAfter(TimeSpan after, TimeProvider time, bool drop)
    {
        (timeout, dropExpired) = (after, drop);
        deadline = time.CreateTimer(static call => ((GrainCall)call!).Expire(), this, after, Timeout.InfiniteTimeSpan);
    }

    public override async Task<Exception?> RunAsync(object instance)
    {
        RequestContext.Snapshot = headers;
        using var activity = traced ? ActivityPropagation.StartServer(this) : null;
        try
        {
            result = await method.InvokeAsync(instance, arguments);
        }
        catch (Exception e)
        {
            error = e;
            ActivityPropagation.Fail(activity, e);
        }

        return error;
    }

    public override void Complete()
    {
        if (error is not null)
        {
            Fail(error);
            return;
        }

        deadline?.Dispose();
        response.TrySetResult(result);
    }

    public void Fail(Exception exception)
    {
        deadline?.Dispose();
        if (!response.TrySetException(exception) || method.OneWay)
        {
            // The caller has given up, or never waited: nobody will look at the task's exception.
            _ = response.Task.Exception;
        }
    }

    public override string ToString() => $"{target} {method.ActivityName}";

    // The outcome is unknown to the caller: a turn that has begun goes on.
    private void Expire()
    {
        deadline?.Dispose();
        response.TrySetException(new TimeoutException($"Response did not arrive on time in {timeout} for message: {this}."));
    }
}

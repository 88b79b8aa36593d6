using Grpc.Core;

namespace Grpc.Net.Client.Internal;

// How a call ends.
internal sealed partial class GrpcCall
{
    private static readonly TimeSpan _longestTimer = TimeSpan.FromMilliseconds(uint.MaxValue - 2);

    private readonly TaskCompletionSource<Status> _status = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationTokenSource _cancel = new();
    private CancellationTokenRegistration _userCancellation;
    private CancellationTokenRegistration _channelDisposal;
    private Timer? _deadline;
    private Metadata _trailers = Metadata.Empty;
    private bool _endedHere;

    public bool IsFinished => _status.Task.IsCompleted;

    public Task Finished => _status.Task;

    // Fires when the call ends before its streams do.
    public CancellationToken Cancelled { get; }

    public Status GetStatus() => IsFinished
        ? _status.Task.Result
        : throw new InvalidOperationException("Unable to get the status because the call is not complete.");

    public Metadata GetTrailers() => IsFinished
        ? _trailers
        : throw new InvalidOperationException("Can't get the call trailers because the call has not completed successfully.");

    // The exception for a call that is over.
    public Exception Error()
    {
        var status = GetStatus();
        return _channel.ThrowsOperationCanceled && _endedHere && status.StatusCode is StatusCode.Cancelled or StatusCode.DeadlineExceeded
            ? new OperationCanceledException(status.Detail, new RpcException(status, _trailers), _options.CancellationToken)
            : new RpcException(status, _trailers);
    }

    // The response was read to its end.
    public void FinishWithTrailers(bool truncated)
    {
        var trailers = _response!.TrailingHeaders;
        var status = ResponseStatus.FromHeaders(trailers) ?? new Status(StatusCode.Cancelled, "No grpc-status found on response.");
        if (truncated && status.StatusCode == StatusCode.OK)
            status = new Status(StatusCode.Internal, "Incomplete message.");
        Finish(status, ToMetadata(trailers));
    }

    public void Fail(Exception e, string what)
    {
        if (!IsFinished)
            Finish(ResponseStatus.FromException(e, what), Metadata.Empty);
    }

    public CancellationTokenRegistration CancelOn(CancellationToken cancellationToken) => cancellationToken.CanBeCanceled
        ? cancellationToken.UnsafeRegister(static call => ((GrpcCall)call!).End(StatusCode.Cancelled, "Call canceled by the client."), this)
        : default;

    public void Dispose() => End(StatusCode.Cancelled, "gRPC call disposed.");

    private void WatchCancellation()
    {
        _userCancellation = CancelOn(_options.CancellationToken);
        _channelDisposal = CancelOn(_channel.Disposed);
    }

    private void WatchDeadline()
    {
        if (_options.Deadline is not { } deadline || deadline == DateTime.MaxValue)
            return;
        if (deadline.Kind != DateTimeKind.Utc)
            throw new InvalidOperationException("Deadline must have a kind of DateTimeKind.Utc, or be DateTime.MaxValue or DateTime.MinValue.");
        var left = TimeLeft(deadline);
        if (left == TimeSpan.Zero)
            End(StatusCode.DeadlineExceeded, "");
        else if (left < _longestTimer)
            _deadline = new Timer(static call => ((GrpcCall)call!).End(StatusCode.DeadlineExceeded, ""), this, left, Timeout.InfiniteTimeSpan);
    }

    private static TimeSpan TimeLeft(DateTime deadline)
    {
        var left = deadline - TimeProvider.System.GetUtcNow().UtcDateTime;
        return left > TimeSpan.Zero ? left : TimeSpan.Zero;
    }

    // Ended on this side.
    private void End(StatusCode code, string detail)
    {
        if (!IsFinished)
            Finish(new Status(code, detail), Metadata.Empty, here: true);
    }

    private void Finish(Status status, Metadata trailers, bool here = false)
    {
        lock (_status)
        {
            if (IsFinished)
                return;
            _trailers = trailers;
            _endedHere = here;
            _status.SetResult(status);
        }

        if (status.StatusCode != StatusCode.OK && _headers.TrySetException(new RpcException(status, trailers)))
            _ = _headers.Task.Exception;
        // Stops a request that is still being sent, and tells the server when it has not ended the call itself.
        _cancel.Cancel();
        _response?.Dispose();
        _deadline?.Dispose();
        _userCancellation.Unregister();
        _channelDisposal.Unregister();
    }
}

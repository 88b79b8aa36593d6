using Grpc.Core;
using Grpc.Shared;
using Microsoft.AspNetCore.Http;

namespace Grpc.AspNetCore.Server.Internal;

// How a call ends: once, by its handler or by its deadline, whichever comes first.
internal sealed partial class HttpContextCallContext
{
    private static readonly TimeSpan _longestTimer = TimeSpan.FromMilliseconds(uint.MaxValue - 2);

    private readonly Lock _end = new();
    private DateTime _deadline = DateTime.MaxValue;
    private CancellationTokenSource? _cancel;
    private Timer? _timer;
    private Task? _deadlineEnd;
    private bool _ended;

    public bool IsEnded => Volatile.Read(ref _ended);

    // The handler is through.
    public void End(Status status)
    {
        lock (_end)
        {
            if (_ended)
                return;
            _ended = true;
        }

        if (!HttpContext.RequestAborted.IsCancellationRequested)
            ServerResponse.WriteStatus(HttpContext.Response, status, ResponseTrailers);
    }

    // The request ends when its handler returns, so a deadline that is about to write the status is waited for.
    public async ValueTask DisposeAsync()
    {
        if (_timer is not null)
            await _timer.DisposeAsync();
        if (_deadlineEnd is not null)
            await _deadlineEnd;
        _cancel?.Dispose();
    }

    private void WatchDeadline()
    {
        if (!WireTimeout.TryDecode(HttpContext.Request.Headers[WireNames.Timeout], out var timeout))
            return;
        var now = TimeProvider.System.GetUtcNow().UtcDateTime;
        if (timeout > _longestTimer || timeout > DateTime.MaxValue - now)
            return;
        _deadline = now + timeout;
        _cancel = CancellationTokenSource.CreateLinkedTokenSource(HttpContext.RequestAborted);
        _timer = new Timer(static call => ((HttpContextCallContext)call!).OnDeadline(), this, timeout, Timeout.InfiniteTimeSpan);
    }

    // The client gets the status now, even while the handler has not noticed that it is cancelled.
    private void OnDeadline()
    {
        lock (_end)
        {
            if (_ended)
                return;
            _ended = true;
            _deadlineEnd = CompleteAsync();
        }

        _cancel!.Cancel();

        async Task CompleteAsync()
        {
            await Task.Yield();
            if (HttpContext.RequestAborted.IsCancellationRequested)
                return;
            ServerResponse.WriteStatus(HttpContext.Response, new Status(StatusCode.DeadlineExceeded, "Deadline Exceeded"), Metadata.Empty);
            await HttpContext.Response.CompleteAsync();
        }
    }
}

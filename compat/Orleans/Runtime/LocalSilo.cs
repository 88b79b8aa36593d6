using System.Collections.Concurrent;
using System.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Orleans.Configuration;

namespace Orleans.Runtime;

/// <summary>The one silo of the process: its directory of activations and the way of a call to one of them.</summary>
internal sealed partial class LocalSilo
{
    private readonly ConcurrentDictionary<GrainId, Activation> directory = new();
    private readonly Lock gate = new();
    private readonly SiloMessagingOptions messaging;
    private readonly bool traced;
    private readonly ITimer collector;
    private volatile bool running;
    private bool collecting;

    public LocalSilo(
        IServiceProvider services,
        TimeProvider time,
        IOptions<SiloMessagingOptions> messaging,
        IOptions<GrainCollectionOptions> collection,
        ILogger<LocalSilo> logger)
    {
        (Services, Time, this.messaging, Collection, Logger) = (services, time, messaging.Value, collection.Value, logger);
        Factory = new LocalGrainFactory(this);
        traced = services.GetService<ActivityPropagation>() is not null;
        collector = time.CreateTimer(_ => Collect(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    public IServiceProvider Services { get; }

    public TimeProvider Time { get; }

    public GrainCollectionOptions Collection { get; }

    public ILogger Logger { get; }

    public LocalGrainFactory Factory { get; }

    public void Start() => running = true;

    /// <summary>Deactivates every activation: running turns end, queued calls and new ones are refused.</summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        lock (gate)
        {
            running = false;
        }

        collector.Dispose();
        var remaining = directory.Values.ToArray();
        foreach (var activation in remaining)
        {
            activation.Deactivate(new(DeactivationReasonCode.ShuttingDown, "The silo is stopping."), cancellationToken);
        }

        await Task.WhenAll(remaining.Select(x => x.Deactivated)).WaitAsync(cancellationToken)
            .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        foreach (var activation in directory.Values)
        {
            LogAbandoned(Logger, activation.GrainId);
            activation.Abandon(Unavailable());
        }
    }

    public object? Call(ITarget target, GrainMethod method, object?[] arguments)
        => method.Respond(traced ? SendTracedAsync(target, method, arguments) : Send(target, method, arguments, default));

    public void Deliver(GrainClass grainClass, GrainId id, GrainCall call)
    {
        // An activation that ended between look-up and enqueueing has left the directory: look again.
        while (FindOrCreate(grainClass, id) is { } activation)
        {
            if (activation.TryEnqueue(call))
            {
                return;
            }
        }

        call.Fail(Unavailable());
    }

    /// <summary>Takes an ended activation out; the calls that it didn't begin go to its successor, before any later call.</summary>
    public void Retire(Activation ended, IReadOnlyCollection<GrainCall> unbegun)
    {
        lock (gate)
        {
            if (running && unbegun.Count > 0)
            {
                directory[ended.GrainId] = Activation.Successor(ended, unbegun);
                return;
            }

            directory.TryRemove(new(ended.GrainId, ended));
        }

        foreach (var call in unbegun)
        {
            call.Fail(Unavailable());
        }
    }

    private static SiloUnavailableException Unavailable() => new("The silo is not running: it starts and stops with its host.");

    // The async method gives the caller its own Activity.Current back when it returns.
    private async Task<object?> SendTracedAsync(ITarget target, GrainMethod method, object?[] arguments)
    {
        using var activity = ActivityPropagation.StartClient(target.Id, method);
        try
        {
            return await Send(target, method, arguments, activity?.Context ?? default).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            ActivityPropagation.Fail(activity, e);
            throw;
        }
    }

    private Task<object?> Send(ITarget target, GrainMethod method, object?[] arguments, ActivityContext parent)
    {
        var call = new GrainCall(target.Id, method, arguments, traced) { Parent = parent };
        if (method.OneWay)
        {
            target.Deliver(call);
            return Task.FromResult<object?>(null);
        }

        call.ExpireAfter(messaging.ResponseTimeout, Time, messaging.DropExpiredMessages);
        target.Deliver(call);
        return call.Response;
    }

    private Activation? FindOrCreate(GrainClass grainClass, GrainId id)
    {
        if (directory.TryGetValue(id, out var found))
        {
            return found;
        }

        lock (gate)
        {
            if (!running)
            {
                return null;
            }

            if (!collecting)
            {
                collecting = collector.Change(Collection.CollectionQuantum, Timeout.InfiniteTimeSpan);
            }

            return directory.GetOrAdd(id, _ => new Activation(this, grainClass, id));
        }
    }

    // Runs only while there are activations: an idle host has no timer.
    private void Collect()
    {
        foreach (var activation in directory.Values)
        {
            activation.CollectIfIdle();
        }

        lock (gate)
        {
            collecting = running && !directory.IsEmpty && collector.Change(Collection.CollectionQuantum, Timeout.InfiniteTimeSpan);
        }
    }
}

using Microsoft.Extensions.DependencyInjection;

namespace Orleans.Runtime;

internal sealed partial class Activation
{
    // A call that is passed on so often meets a grain that never stays.
    private const int MaxForwards = 2;

    /// <summary>Deactivates once the turns that run have ended; calls that wait go to the next activation.</summary>
    public void Deactivate(DeactivationReason deactivationReason, CancellationToken cancellationToken = default)
    {
        lock (gate)
        {
            reason ??= deactivationReason;
            if (phase is Phase.Active or Phase.Created)
            {
                phase = Phase.Deactivating;
            }

            EndWhenQuiet();
        }
    }

    public void DelayDeactivation(TimeSpan time)
    {
        lock (gate)
        {
            keepUntil = Silo.Time.GetTimestamp() + (long)(time.TotalSeconds * Silo.Time.TimestampFrequency);
        }
    }

    public void CollectIfIdle()
    {
        lock (gate)
        {
            if (phase != Phase.Active || running.Count > 0 || waiting.Count > 0 || Silo.Time.GetTimestamp() < keepUntil)
            {
                return;
            }

            if (Silo.Time.GetElapsedTime(lastUse) >= Silo.Collection.CollectionAge)
            {
                Deactivate(new(DeactivationReasonCode.ActivationIdle, "The activation was idle."));
            }
        }
    }

    public IGrainTimer AddTimer(Func<CancellationToken, Task> callback, GrainTimerCreationOptions options)
    {
        var timer = new GrainTimer(this, callback, options);
        lock (gate)
        {
            timers.Add(timer);
            interleaves |= options.Interleave;
            if (!ending)
            {
                timer.Start();
            }
        }

        return timer;
    }

    public void Forget(GrainTimer timer)
    {
        lock (gate)
        {
            timers.Remove(timer);
        }
    }

    /// <summary>The host's patience is over: whoever still waits for an answer gets this one.</summary>
    public void Abandon(Exception why)
    {
        StopTimers();
        GrainCall[] calls;
        lock (gate)
        {
            phase = Phase.Ended;
            calls = [.. running.Concat(waiting).OfType<GrainCall>()];
            waiting.Clear();
        }

        Array.ForEach(calls, call => call.Fail(why));
        Retire([]);
    }

    private async Task ActivateAsync()
    {
        try
        {
            scope = Silo.Services.CreateAsyncScope();
            ActivationServices.GetRequiredService<ActivationScope>().Activation = this;
            var (instance, states) = Class.Create(this, ActivationServices);
            GrainInstance = instance;
            using var patience = new CancellationTokenSource(Silo.Collection.ActivationTimeout, Silo.Time);
            foreach (var state in states)
            {
                await state.ReadAsync(patience.Token);
            }

            await (instance is IGrainBase grain ? grain.OnActivateAsync(patience.Token) : Task.CompletedTask);
        }
        catch (Exception e)
        {
            LogActivationFailed(Silo.Logger, e, GrainId);
            await EndAsync(e);
            return;
        }

        lock (gate)
        {
            phase = reason is null ? Phase.Active : Phase.Deactivating;
            Pump();
            EndWhenQuiet();
        }
    }

    // Under the gate.
    private void EndWhenQuiet()
    {
        if (phase == Phase.Deactivating && running.Count == 0 && !ending)
        {
            ending = true;
            scheduler.Post(() => EndAsync(null));
        }
    }

    private async Task EndAsync(Exception? activationFailure)
    {
        StopTimers();
        try
        {
            if (activationFailure is null && GrainInstance is IGrainBase grain)
            {
                using var patience = new CancellationTokenSource(Silo.Collection.DeactivationTimeout, Silo.Time);
                await grain.OnDeactivateAsync(reason!.Value, patience.Token);
            }

            await DisposeAsync();
        }
        catch (Exception e)
        {
            LogDeactivationFailed(Silo.Logger, e, GrainId);
        }

        GrainCall[] unbegun;
        lock (gate)
        {
            if (phase == Phase.Ended)
            {
                return;
            }

            phase = Phase.Ended;
            unbegun = [.. waiting.OfType<GrainCall>().Where(x => !x.IsDropped)];
            waiting.Clear();
            var refused = unbegun.Where(x => activationFailure is not null || ++x.Forwards > MaxForwards).ToHashSet();
            Retire([.. unbegun.Where(x => !refused.Contains(x))]);
            unbegun = [.. refused];
        }

        Array.ForEach(unbegun, x => x.Fail(activationFailure ?? new OrleansMessageRejectionException($"{GrainId} deactivates as soon as it is activated.")));
    }

    private void Retire(GrainCall[] unbegun)
    {
        Silo.Retire(this, unbegun);
        deactivated.TrySetResult();
    }

    private void StopTimers()
    {
        GrainTimer[] stopped;
        lock (gate)
        {
            ending = true;
            stopped = [.. timers];
        }

        Array.ForEach(stopped, x => x.Dispose());
    }

    private async Task DisposeAsync()
    {
        if (GrainInstance is IAsyncDisposable asyncDisposable)
        {
            await asyncDisposable.DisposeAsync();
        }
        else
        {
            (GrainInstance as IDisposable)?.Dispose();
        }

        if (scope is { } services)
        {
            await services.DisposeAsync();
        }
    }
}

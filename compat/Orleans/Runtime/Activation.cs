using Microsoft.Extensions.DependencyInjection;
using Orleans.Storage;

namespace Orleans.Runtime;

/// <summary>One incarnation of a grain: its queue of turns and its life from first call to deactivation.</summary>
internal sealed partial class Activation : IGrainContext
{
    private readonly Lock gate = new();
    private readonly LinkedList<Turn> waiting = new();
    private readonly List<Turn> running = [];
    private readonly List<GrainTimer> timers = [];
    private readonly ActivationScheduler scheduler;
    private readonly TaskCompletionSource deactivated = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Phase phase = Phase.Created;
    private DeactivationReason? reason;
    private AsyncServiceScope? scope;
    private bool interleaves;
    private bool ending;
    private long lastUse;
    private long keepUntil = long.MinValue;

    public Activation(LocalSilo silo, GrainClass grainClass, GrainId id)
    {
        (Silo, Class, GrainId, interleaves) = (silo, grainClass, id, grainClass.Interleaves);
        scheduler = new ActivationScheduler(this);
        lastUse = silo.Time.GetTimestamp();
    }

    private enum Phase
    {
        Created,
        Activating,
        Active,
        Deactivating,
        Ended,
    }

    public LocalSilo Silo { get; }

    public GrainClass Class { get; }

    public GrainId GrainId { get; }

    public object? GrainInstance { get; private set; }

    public IServiceProvider ActivationServices => scope?.ServiceProvider ?? throw new InvalidOperationException("The activation has ended.");

    public Task Deactivated => deactivated.Task;

    public static Activation Successor(Activation ended, IReadOnlyCollection<GrainCall> unbegun)
    {
        var successor = new Activation(ended.Silo, ended.Class, ended.GrainId);
        foreach (var call in unbegun)
        {
            successor.TryEnqueue(call);
        }

        return successor;
    }

    public bool Equals(IGrainContext? other) => ReferenceEquals(this, other);

    /// <summary>False when the activation has ended: its successor, if any, is in the directory.</summary>
    public bool TryEnqueue(Turn turn)
    {
        lock (gate)
        {
            if (phase == Phase.Ended)
            {
                return false;
            }

            waiting.AddLast(turn);
            if (phase == Phase.Created)
            {
                phase = Phase.Activating;
                scheduler.Post(ActivateAsync);
            }

            Pump();
            return true;
        }
    }

    // Under the gate. Begins what may begin: in order, one turn at a time, except what is declared to interleave.
    private void Pump()
    {
        for (var node = phase == Phase.Active ? waiting.First : null; node is not null;)
        {
            var (next, turn) = (node.Next, node.Value);
            if (turn.IsDropped)
            {
                waiting.Remove(node);
            }
            else if (MayBegin(turn))
            {
                waiting.Remove(node);
                running.Add(turn);
                scheduler.Post(() => RunAsync(turn));
            }
            else if (!interleaves)
            {
                return;
            }

            node = next;
        }
    }

    private bool MayBegin(Turn turn)
        => running.Count == 0 || turn.Interleaves || Class.Reentrant || (turn.ReadOnly && running.TrueForAll(x => x.ReadOnly));

    private async Task RunAsync(Turn turn)
    {
        var error = await turn.RunAsync(GrainInstance!);
        if (error is InconsistentStateException { IsSourceActivation: true } stale)
        {
            // What this activation holds is out of date: the next call gets a new one, which reads the state again.
            stale.IsSourceActivation = false;
            Deactivate(new(DeactivationReasonCode.ApplicationError, stale, "State conflict with the storage."));
        }
        else if (error is not null && turn is GrainCall { Method.OneWay: true } call)
        {
            LogOneWayFailed(Silo.Logger, error, call.ToString());
        }

        lock (gate)
        {
            running.Remove(turn);
            if (turn.KeepsAlive)
            {
                lastUse = Silo.Time.GetTimestamp();
            }

            Pump();
            EndWhenQuiet();
        }

        turn.Complete();
    }
}

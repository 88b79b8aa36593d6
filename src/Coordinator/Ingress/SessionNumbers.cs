using Distributed.Coordinator.Storage;


namespace Distributed.Coordinator.Ingress;

/// <summary>Numbers for node sessions: a later session has a larger one, over restarts too.</summary>
internal sealed class SessionNumbers(DataDirectory data)
{
    private long last = data.Term << 32;

    /// <summary>The next number.</summary>
    public long Next() => Interlocked.Increment(ref last);
}

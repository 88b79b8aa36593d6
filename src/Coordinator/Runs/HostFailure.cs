using Microsoft.Extensions.Hosting;

namespace Distributed.Coordinator.Runs;

/// <summary>Why the coordinator stopped itself, when it did: another one has taken over.</summary>
internal sealed class HostFailure(IHostApplicationLifetime lifetime)
{
    /// <summary>The reason; null: it did not.</summary>
    public string? Reason { get; private set; }

    /// <summary>Stops the coordinator; its process should exit with 1.</summary>
    public void StopHost(string reason)
    {
        Reason ??= reason;
        lifetime.StopApplication();
    }
}

using Orleans;
using Orleans.Concurrency;

namespace Distributed.Coordinator.Membership;

/// <summary>The way from a grain to a node's control stream. One way: a node that is gone is reported by its session, not by a failed push.</summary>
[Alias("distributed.node-connection")]
public interface INodeConnection : IGrainObserver
{
    /// <summary>Announces a run.</summary>
    [OneWay, Alias("announce")]
    Task Announce(string runId, string specJson);

    /// <summary>Pushes a task.</summary>
    [OneWay, Alias("assign")]
    Task Assign(NodeTask task);

    /// <summary>Takes a task back.</summary>
    [OneWay, Alias("cancel")]
    Task Cancel(NodeTaskKey task, string reason);

    /// <summary>Says that a run is over.</summary>
    [OneWay, Alias("end-run")]
    Task EndRun(string runId);

    /// <summary>Ends the session: another one has taken its place.</summary>
    [OneWay, Alias("close")]
    Task Close(string reason);
}

using System.Collections.Immutable;
using Distributed.Coordinator.Membership;
using Orleans;

namespace Distributed.Coordinator.Runs;

/// <summary>One run, by its id. Big bytes never pass here: an update comes as what its spool file's header says.</summary>
[Alias("distributed.run")]
public interface IRunGrain : IGrainWithStringKey
{
    /// <summary>Submits a specification that has been checked. The same one again is the same run; another one is refused.</summary>
    [Alias("submit")]
    Task<SubmitAnswer> Submit(string specJson);

    /// <summary>Takes an unfinished run up after a start of the coordinator.</summary>
    [Alias("resume")]
    Task Resume();

    /// <summary>Where the run stands; null: never submitted.</summary>
    [Alias("status")]
    Task<RunReport?> GetStatus();

    /// <summary>Stops the run; null: never submitted.</summary>
    [Alias("stop")]
    Task<RunReport?> Stop();

    /// <summary>Goes on with a run that failed or was stopped; one that is under way stays as it is.</summary>
    [Alias("reopen")]
    Task<SubmitAnswer> Reopen();

    /// <summary>A node is connected. Does not wait for the node.</summary>
    [Alias("node-joined")]
    Task NodeJoined(NodeDescription node, ImmutableArray<NodeTaskKey> holding, INodeConnection connection);

    /// <summary>A node's session is gone.</summary>
    [Alias("node-left")]
    Task NodeLeft(string node, long session, string reason);

    /// <summary>A node can work on the run.</summary>
    [Alias("node-accepted")]
    Task NodeAccepted(string node, ImmutableArray<long> clientExamples, long testExamples, long proxyExamples);

    /// <summary>A node that can work on the run says who has which data, for people.</summary>
    [Alias("data-described")]
    Task DataDescribed(string node, NodeData data);

    /// <summary>A node cannot work on the run.</summary>
    [Alias("node-rejected")]
    Task NodeRejected(string node, ImmutableArray<string> problems);

    /// <summary>Counts an update that is in the spool.</summary>
    [Alias("admit")]
    Task<AdmitAnswer> Admit(AdmittedUpdate update);

    /// <summary>A client's update has begun to arrive.</summary>
    [Alias("upload-begun")]
    Task UploadBegun(int round, int client, string node);

    /// <summary>Puts a refused upload into the record.</summary>
    [Alias("upload-refused")]
    Task UploadRefused(int round, int client, string node, string code, string detail);

    /// <summary>An admitted update was found damaged when a node that aggregates asked for it.</summary>
    [Alias("update-damaged")]
    Task UpdateDamaged(int round, int client, string reason);

    /// <summary>A shard of an evaluation is done.</summary>
    [Alias("shard-evaluated")]
    Task ShardEvaluated(string node, NodeTaskKey task, long examples, double lossSum, long correct, ImmutableArray<DomainFigures> domains);

    /// <summary>A node gave a task up.</summary>
    [Alias("task-failed")]
    Task TaskFailed(string node, NodeTaskKey task, string code, string detail);

    /// <summary>An effect that ran outside the turn has left its event in the activation's mailbox.</summary>
    [Alias("wake")]
    Task Wake();
}

using Distributed.Coordinator.Storage;
using Distributed.Coordinator.Telemetry;
using Orleans;

namespace Distributed.Coordinator.Runs;

/// <summary>What a run's grain works with.</summary>
internal sealed record RunServices(
    ISpool Spool,
    ICheckpointStore Checkpoints,
    ModelMaker Models,
    OpenRounds Open,
    RunFeeds Feeds,
    DataDirectory Data,
    StorageMeter Storage,
    DurableFiles Files,
    TransferMeter Transfers,
    CoordinatorMetrics Metrics,
    IGrainFactory Grains,
    TimeProvider Time,
    YoungHeap Heap,
    HostFailure Failure);

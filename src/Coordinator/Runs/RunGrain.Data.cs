using Distributed.Coordinator.Rounds;
using Distributed.Protocols.Runs;

namespace Distributed.Coordinator.Runs;

internal sealed partial class RunGrain
{
    /// <inheritdoc />
    public Task DataDescribed(string node, NodeData data)
    {
        if (spec is null || state.Phase == RunPhase.Ended)
        {
            return Task.CompletedTask;
        }

        if (data.Examples.Length != spec.Data.Clients)
        {
            LogOtherPartition(runId, node, data.Examples.Length, spec.Data.Clients);
            return Task.CompletedTask;
        }

        Background(() => DescribeData(data.ToRecord()));
        return Task.CompletedTask;
    }

    // Nodes of sites know their own clients only; nodes of a simulation all know the same.
    private void DescribeData(PartitionRecord told)
    {
        var known = Folder.ReadPartition();
        var merged = known?.With(told).ToJson() ?? told.ToJson();
        if (merged != known?.ToJson())
        {
            services.Feeds.Feed(runId).Describe(merged);
        }
    }
}

namespace Distributed.Protocols.Runs;

/// <summary>What a run's status begins with while it waits for something that a person has to see to.</summary>
public static class RunWaits
{
    /// <summary>For nodes.</summary>
    public const string Nodes = "waiting for nodes";

    /// <summary>For the coordinator's disk.</summary>
    public const string Disk = "waiting for the coordinator's disk";
}

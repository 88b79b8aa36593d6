namespace Distributed.Coordinator.Membership;

/// <summary>How a node's silence is read.</summary>
internal sealed class MembershipOptions
{
    /// <summary>How often a node says that it lives. One that is silent for three is gone.</summary>
    /// <value>2 s.</value>
    public TimeSpan Heartbeat { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>How long a node has its name to itself after it was last heard of: it has missed a heartbeat by then.</summary>
    public TimeSpan NameHeld => Heartbeat * 1.5;
}

namespace Distributed.Coordinator.Membership;

/// <summary>How a node's silence is read.</summary>
internal sealed class MembershipOptions
{
    /// <summary>How often a node says that it lives. One that is silent for three is gone.</summary>
    /// <value>2 s.</value>
    public TimeSpan Heartbeat { get; set; } = TimeSpan.FromSeconds(2);
}

using Distributed.Protocols.Refusals;

namespace Distributed.Node.Session;

/// <summary>How a node ended.</summary>
/// <param name="Refusal">Why the coordinator does not want it; null when it was stopped from outside.</param>
public sealed record NodeExit(Refusal? Refusal)
{
    /// <summary>Stopped from outside.</summary>
    public static NodeExit Stopped { get; } = new((Refusal?)null);

    /// <summary>Whether the coordinator refused the node for a reason that waiting does not mend.</summary>
    public bool IsRefused => Refusal is not null;
}

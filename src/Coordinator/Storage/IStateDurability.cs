namespace Distributed.Coordinator.Storage;

/// <summary>A grain state that may say that it need not survive a power cut: a run with <c>durable: false</c>. Others always do.</summary>
internal interface IStateDurability
{
    /// <summary>Whether a write waits for the disk.</summary>
    bool Durable { get; }
}

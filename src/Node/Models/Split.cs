namespace Distributed.Node.Models;

/// <summary>Which examples of a task.</summary>
public enum Split
{
    /// <summary>To train on; dealt to the clients.</summary>
    Train,

    /// <summary>To test on; the same for all.</summary>
    Test,
}

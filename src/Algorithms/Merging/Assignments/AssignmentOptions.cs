namespace Distributed.Algorithms.Merging.Assignments;

/// <summary>How a linear assignment is solved.</summary>
public sealed record AssignmentOptions
{
    /// <summary>Whether the sum is made as large as possible; otherwise as small.</summary>
    /// <value>True: similarities, not costs.</value>
    public bool Maximise { get; init; } = true;

    /// <summary>Time after which the rest is matched in any order and the result is not optimal; null for none. Needs a clock.</summary>
    /// <value>Null.</value>
    public TimeSpan? TimeLimit { get; init; }

    /// <summary>What tells the time; without one none is measured.</summary>
    /// <value>Null.</value>
    public TimeProvider? Clock { get; init; }
}

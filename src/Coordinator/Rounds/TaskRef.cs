namespace Distributed.Coordinator.Rounds;

/// <summary>Kinds of work a node is given.</summary>
internal enum TaskKind
{
    /// <summary>Build the initial model and upload it as round 0, client 0.</summary>
    Initialize = 1,

    /// <summary>Train one client's partition.</summary>
    Train = 2,

    /// <summary>Evaluate one shard of the test set.</summary>
    Evaluate = 3,

    /// <summary>Make the next model out of a round's updates, with the proxy set.</summary>
    Aggregate = 4,
}

/// <summary>A task of one run.</summary>
/// <param name="Kind">What to do.</param>
/// <param name="Round">Round of the task; for an evaluation the round that made the version.</param>
/// <param name="Index">Client id when training, shard when evaluating, else 0.</param>
internal readonly record struct TaskRef(TaskKind Kind, int Round, int Index);

namespace Distributed.Node.DataParallel;

/// <summary>How the steps of a data-parallel run are done.</summary>
internal sealed record StepPlan
{
    /// <summary>The run's seed.</summary>
    public required int Seed { get; init; }

    /// <summary>Examples of a step, over all ranks.</summary>
    public required int Batch { get; init; }

    /// <summary>Examples of a rank that are computed at once; more of them are added up before the ranks reduce. Null: all.</summary>
    public int? MicroBatch { get; init; }

    /// <summary>How the learning rate goes; null: it stays.</summary>
    public CosineSchedule? Schedule { get; init; }

    /// <summary>The largest L2 norm of the gradients; null: any.</summary>
    public double? MaxNorm { get; init; }

    /// <summary>Steps in a row that may be skipped because their loss or gradients are not finite.</summary>
    public int MaxSkips { get; init; }

    /// <summary>How long an exchange between ranks may take.</summary>
    public TimeSpan Deadline { get; init; } = TimeSpan.FromMinutes(1);
}

using Distributed.Protocols.Runs;

namespace Distributed.Coordinator.Rounds;

/// <summary>What <see cref="RoundMachine"/> needs to know of a run's specification; never changes.</summary>
internal sealed record RunSetup
{
    /// <summary>The run.</summary>
    public required string RunId { get; init; }

    /// <summary>Seed of the cohort draws.</summary>
    public required int Seed { get; init; }

    /// <summary>Rounds to run.</summary>
    public required int Rounds { get; init; }

    /// <summary>Clients of the run, 0 to this exclusive.</summary>
    public required int Clients { get; init; }

    /// <summary>Clients drawn for a round.</summary>
    public required int CohortSize { get; init; }

    /// <summary>Admitted updates without which a round does not commit; at least one.</summary>
    public required int QuorumSize { get; init; }

    /// <summary>Milliseconds from the plan to the close of a round.</summary>
    public required long DeadlineMilliseconds { get; init; }

    /// <summary>Nodes that must have accepted the run before a round is planned.</summary>
    public required int MinimumNodes { get; init; }

    /// <summary>Rounds in a row that may be abandoned.</summary>
    public required int MaximumAbandoned { get; init; }

    /// <summary>Evaluate every so many rounds and after the last; 0: never.</summary>
    public required int EvaluateEvery { get; init; }

    /// <summary>Whether the run's files are made durable.</summary>
    public required bool Durable { get; init; }

    /// <summary>Whether rounds are aggregated by a node that holds the proxy set.</summary>
    public bool IsDelegated { get; init; }

    /// <summary>Whether clients keep running statistics of their own.</summary>
    public bool KeepsBuffers { get; init; }

    /// <summary>Takes the machine's share of a specification.</summary>
    public static RunSetup Of(string runId, RunSpec spec)
    {
        var aggregator = AggregatorChoice.Of(spec);
        var cohort = Math.Max(1, Share(spec.Cohort.Fraction, spec.Data.Clients));
        return new()
        {
            RunId = runId,
            Seed = spec.Seed,
            Rounds = spec.Rounds,
            Clients = spec.Data.Clients,
            CohortSize = cohort,
            QuorumSize = Math.Max(1, Share(spec.Cohort.Quorum, cohort)),
            DeadlineMilliseconds = Math.Max(1, (long)spec.Cohort.Deadline.TotalMilliseconds),
            MinimumNodes = spec.Cohort.MinimumNodes,
            MaximumAbandoned = spec.Cohort.MaximumAbandoned,
            EvaluateEvery = spec.Evaluation.Every,
            Durable = spec.Durable,
            IsDelegated = aggregator.UsesProxy,
            KeepsBuffers = aggregator.KeepsBuffers,
        };
    }

    /// <summary>Whether the version made by <paramref name="round"/> is evaluated.</summary>
    public bool IsEvaluated(int round) => EvaluateEvery > 0 && round > 0 && (round % EvaluateEvery == 0 || round == Rounds);

    // 0.7 of 10 is 7, whatever the product's last bit says.
    private static int Share(double fraction, int of) => (int)Math.Ceiling((fraction * of) - 1e-9);
}

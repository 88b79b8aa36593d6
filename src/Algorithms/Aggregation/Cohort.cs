using System.Diagnostics.CodeAnalysis;

namespace Distributed.Algorithms.Aggregation;

/// <summary>The clients that count in a round, in ascending order of their ids, and the factors that make their average.</summary>
internal sealed class Cohort
{
    private Cohort(ClientUpdate[] updates)
    {
        Updates = updates;
        TotalWeight = updates.Sum(u => u.Weight);
    }

    public IReadOnlyList<ClientUpdate> Updates { get; }

    public double TotalWeight { get; }

    /// <summary>The clients with a weight above 0; without any, why there is nothing to average.</summary>
    public static bool TryWeighted(
        AggregationInput input, [NotNullWhen(true)] out Cohort? cohort, [NotNullWhen(false)] out AggregateReport? unchanged)
    {
        cohort = new Cohort(input.Updates.Where(u => u.Weight > 0).ToArray());
        unchanged = input.Updates.IsEmpty
            ? AggregateReport.Unchanged(AggregateOutcome.NoUpdates, "No client reported: no mass to average.", input)
            : cohort.Updates.Count == 0
                ? AggregateReport.Unchanged(AggregateOutcome.NoMass, "All weights are zero: no mass to average.", input)
                : null;
        if (unchanged is not null) cohort = null;
        return cohort is not null;
    }

    /// <summary>γ Σ n w / Σ n. Scaled at the end: with whole weights and single-precision models no product is rounded.</summary>
    public Combination Mean(double gamma = 1) => new([.. Updates.Select(u => u.Weight)], TotalWeight, gamma);
}

/// <summary>Σ factor × w × scale / divisor over the clients, for one tensor.</summary>
internal sealed record Combination(double[] Factors, double Divisor, double Scale)
{
    public double Coefficient(int client) => Factors[client] * Scale / Divisor;
}

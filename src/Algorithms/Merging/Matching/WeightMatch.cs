using System.Collections.Immutable;
using Distributed.Algorithms.Merging.Permutations;

namespace Distributed.Algorithms.Merging.Matching;

/// <summary>A step of weight matching: one permutation chosen anew, the others as they were.</summary>
/// <param name="Sweep">The sweep, from 0.</param>
/// <param name="Permutation">Its name.</param>
/// <param name="Gain">By how much the objective rose; 0 where the permutation stayed.</param>
/// <param name="Objective">The objective behind it.</param>
/// <param name="SolverTime">Time of the assignment; zero without a clock, or where nothing it depends on had changed.</param>
/// <param name="IsOptimal">Whether the assignment was solved to the end.</param>
public sealed record MatchingVisit(int Sweep, string Permutation, double Gain, double Objective, TimeSpan SolverTime, bool IsOptimal);

/// <summary>What weight matching found.</summary>
public sealed record WeightMatch
{
    /// <summary>The permutations that align the model with the reference: permuted[i] = model[p[i]].</summary>
    public required UnitPermutations Permutations { get; init; }

    /// <summary>Σ ⟨reference, permuted model⟩ over the tensors that count, at the start.</summary>
    public required double InitialObjective { get; init; }

    /// <summary>The same at the end.</summary>
    public required double Objective { get; init; }

    /// <summary>Passes over all permutations, the last without progress included.</summary>
    public required int Sweeps { get; init; }

    /// <summary>Whether the last sweep changed nothing; false where the sweeps ran out.</summary>
    public required bool IsConverged { get; init; }

    /// <summary>All steps in their order.</summary>
    public required ImmutableArray<MatchingVisit> Visits { get; init; }
}

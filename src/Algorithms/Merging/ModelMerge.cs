using Distributed.Algorithms.Tensors;

namespace Distributed.Algorithms.Merging;

/// <summary>
/// Merges models: checks that they fit (<see cref="Plan"/>), then goes through them tensor by tensor (<see cref="Run"/>). Between the two the
/// caller writes the header of <see cref="MergePlan.Manifest"/>.
/// </summary>
public static class ModelMerge
{
    /// <summary>Checks a merge and lays the merged model out.</summary>
    /// <param name="entry">The merger, from <see cref="Registry.Mergers"/>.</param>
    /// <param name="parameters">An object of the type <see cref="MergerEntry.Parameters"/>, ranges already checked.</param>
    /// <param name="input">The models.</param>
    /// <remarks>Integers, quantised numbers and what may be tied are compared between the models; all else is not read.</remarks>
    /// <exception cref="ArgumentException">The parameters are another merger's.</exception>
    /// <exception cref="IOException">A model could not be read.</exception>
    public static MergePlan Plan(MergerEntry entry, MergerParameters parameters, MergeInput input)
    {
        ArgumentNullException.ThrowIfNull(entry);
        ArgumentNullException.ThrowIfNull(input);
        var merger = entry.Create(parameters);
        return Align(merger, input, [.. entry.Problems(input), .. merger.Problems(input)]);
    }

    /// <summary>Merges.</summary>
    /// <param name="plan">What to merge.</param>
    /// <param name="output">
    /// Takes the bytes of <see cref="MergePlan.Manifest"/>, each once, from several threads at once. Unless the report's outcome is
    /// <see cref="MergeOutcome.Merged"/>, something useless was written.
    /// </param>
    /// <param name="cancellation">Stops the work between two pieces.</param>
    /// <exception cref="ArgumentException">The plan has problems.</exception>
    /// <exception cref="OperationCanceledException">The work was stopped.</exception>
    /// <exception cref="IOException">A model could not be read or the merged one not be written.</exception>
    public static MergeReport Run(MergePlan plan, ITensorWriter output, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(plan);
        ArgumentNullException.ThrowIfNull(output);
        return plan.Problems.IsEmpty
            ? plan.Merger.Merge(plan, output, cancellation)
            : throw new ArgumentException($"The merge cannot run: {plan.Problems[0]}", nameof(plan));
    }

    /// <summary>Lays the merged model out, for a merger that was checked.</summary>
    internal static MergePlan Align(IMerger merger, MergeInput input, IReadOnlyList<string> problems)
    {
        var alignment = new TensorAlignment(input);
        alignment.Run();
        return new MergePlan(merger, input, alignment.Tensors, [.. problems, .. alignment.Problems], alignment.Skipped);
    }
}

using System.Buffers;
using System.Collections.Immutable;
using Distributed.Algorithms;
using Distributed.Algorithms.Aggregation;
using Distributed.Algorithms.Merging;
using Distributed.Algorithms.Merging.Matching;
using Distributed.Algorithms.Tensors;
using Distributed.Node.Models;
using Distributed.Node.Models.Graphs;
using Distributed.Protocols.Runs;
using Distributed.Protocols.Transfers;

namespace Distributed.Node.Training;

/// <summary>
/// Relabels the hidden units of what a client trained as they are labelled in the model that it started from, before it leaves the node: whatever averages
/// the clients' models afterwards, in the clear or masked, averages like with like. Nothing moves in a model that stayed close.
/// </summary>
internal sealed class ModelAlignment(ModelSymmetry symmetry, WeightMatchingOptions options)
{
    /// <summary>The modules of the model that are left as they are, in words.</summary>
    public IEnumerable<string> Untouched => symmetry.Graph.Opaque.Select(module => $"not aligned: {module}");

    /// <summary>Whether a run's aggregator wants its clients' models aligned.</summary>
    public static bool IsAsked(RunSpec spec) => Registry.FindAggregator(spec.Aggregator.Name) is { AlignsModels: true };

    /// <summary>What a run needs to align models; null when there is a problem.</summary>
    public static ModelAlignment? Of(RunSpec spec, ILearningTask task, ICollection<string> problems)
    {
        var reasons = new List<string>();
        var symmetry = ModelSymmetry.Of(task, spec.Seed, reasons);
        foreach (var reason in reasons)
        {
            problems.Add($"aggregator {spec.Aggregator.Name} cannot align model {spec.Model.Name}: {reason}");
        }

        return symmetry is null
            ? null
            : new ModelAlignment(symmetry, SpecBinder.Bind<RebasinParameters>(spec.Aggregator.Parameters, "aggregator", []).Matching);
    }

    /// <summary>Relabels a trained state in place.</summary>
    /// <param name="manifest">The tensors of both states.</param>
    /// <param name="from">The state that training started from.</param>
    /// <param name="to">The trained state.</param>
    /// <param name="cancellation">Ends the search.</param>
    /// <returns>What it amounted to, for the update's header.</returns>
    /// <exception cref="TrainingFailedException">The trained state holds NaN or infinite numbers.</exception>
    public ImmutableSortedDictionary<string, double> Align(TensorManifest manifest, ReadOnlySpan<byte> from, Span<byte> to, CancellationToken cancellation)
    {
        var (first, second) = (ArrayPool<byte>.Shared.Rent(from.Length), ArrayPool<byte>.Shared.Rent(to.Length));
        try
        {
            var reference = new TensorSet(manifest, first.AsMemory(0, from.Length));
            var trained = new TensorSet(manifest, second.AsMemory(0, to.Length));
            from.CopyTo(first);
            to.CopyTo(second);
            var match = Match(StoredModel.Of(reference, "the model that training started from"), trained, cancellation);
            trained.Data.Span.CopyTo(to);
            return UpdateMetrics.None
                .Add("rebasin.moved", match.Permutations.Moved)
                .Add("rebasin.before", match.InitialObjective)
                .Add("rebasin.after", match.Objective)
                .Add("rebasin.gain", match.Objective - match.InitialObjective);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(first);
            ArrayPool<byte>.Shared.Return(second);
        }
    }

    private WeightMatch Match(StoredModel reference, TensorSet trained, CancellationToken cancellation)
    {
        var problems = WeightMatching.Problems(symmetry.Spec, reference, StoredModel.Of(trained, "the trained model"), options);
        return problems.Count == 0
            ? ReferenceAlignment.Align(symmetry.Spec, reference, trained, options, cancellation)
            : throw new TrainingFailedException($"What was trained cannot be aligned: {string.Join(" ", problems)}");
    }
}

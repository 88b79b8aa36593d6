using Distributed.Algorithms.Merging.Permutations;
using TorchSharp;
using static TorchSharp.torch;

namespace Distributed.Node.Models.Graphs;

/// <summary>The relabellings of a task's model, read off its modules and checked by running it.</summary>
/// <param name="Spec">Which axis of which tensor follows which permutation; at least one does.</param>
/// <param name="Graph">The model's graph, with what was not looked into.</param>
public sealed record ModelSymmetry(PermutationSpec Spec, ModuleGraph Graph)
{
    // Examples that the check runs on, at most: as many as the specification of a check asks for.
    private const int Examples = 8;

    /// <summary>Derives and checks them.</summary>
    /// <param name="task">The task; its first training examples are run through its model.</param>
    /// <param name="seed">Seed of the check.</param>
    /// <param name="problems">Receives why there are none, naming the layer.</param>
    /// <returns>The relabellings, or null when there is a problem.</returns>
    public static ModelSymmetry? Of(ILearningTask task, int seed, ICollection<string> problems)
    {
        ArgumentNullException.ThrowIfNull(task);
        ArgumentNullException.ThrowIfNull(problems);
        using var scope = NewDisposeScope();
        using var model = task.BuildModel();
        var batch = task.ReadBatch(Split.Train, arange(Math.Min(Examples, task.TrainCount)));
        if (ModuleGraph.Read(model, batch.Inputs, problems) is not { } graph)
        {
            return null;
        }

        var spec = graph.Symmetry.Spec;
        if (spec.Names.IsEmpty)
        {
            var why = graph.Opaque.Select(module => module.ToString()).Concat(graph.Symmetry.Pinned).ToList();
            problems.Add($"no unit of the model can change its place: {(why.Count == 0 ? "it has no hidden layer" : string.Join(" ", why))}");
            return null;
        }

        var check = ModuleCheck.Run(model, spec, trained => Outputs(task, trained, batch), seed);
        if (!check.Holds)
        {
            problems.Add($"the model is not what its modules say: {ModuleCheck.Describe(check)}");
            return null;
        }

        return new ModelSymmetry(spec, graph);
    }

    // The losses as well: a task may use its model otherwise than by calling it.
    private static IEnumerable<Tensor> Outputs(ILearningTask task, nn.Module model, Batch batch)
    {
        if (model is nn.Module<Tensor, Tensor> called)
        {
            yield return called.call(batch.Inputs);
        }

        yield return task.Losses(model, batch);
    }
}

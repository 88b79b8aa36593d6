using System.Collections.Immutable;
using Distributed.Algorithms.Merging.Graphs;
using TorchSharp;
using static TorchSharp.torch;

namespace Distributed.Node.Models.Graphs;

/// <summary>A module that is run but not looked into: everything that it touches is fixed, not guessed.</summary>
/// <param name="Path">Where it stands in the module tree, as in the names of its tensors; empty for the model itself.</param>
/// <param name="Type">Its class.</param>
/// <param name="Reason">Why.</param>
public sealed record OpaqueModule(string Path, string Type, string Reason)
{
    /// <summary>A sentence about it.</summary>
    public override string ToString() => $"{(Path.Length == 0 ? "the model" : $"layer {Path}")} ({Type}): {Reason}";
}

/// <summary>
/// What a tree of modules computes, read off the tree: chains (<see cref="TorchSharp.Modules.Sequential"/>), <see cref="Residual"/> blocks,
/// <see cref="SelfAttention"/>, and PyTorch's layers. The tensors have the names under which they travel.
/// </summary>
/// <param name="Graph">The operations; modules that are not known are <see cref="UnknownNode"/>s.</param>
/// <param name="Opaque">The modules that were not looked into.</param>
public sealed record ModuleGraph(ModelGraph Graph, ImmutableArray<OpaqueModule> Opaque)
{
    private const string Input = "(input)";

    /// <summary>The relabellings of units that the network does not notice.</summary>
    public GraphSymmetry Symmetry { get; } = GraphSymmetry.Of(Graph);

    /// <summary>Reads a model, running it layer by layer on an example, in evaluation mode, to learn the extents of flattened maps.</summary>
    /// <param name="model">The model; not changed.</param>
    /// <param name="example">What it is given in training: a batch of at least one example.</param>
    /// <param name="problems">Receives the layer that cannot be run on the example.</param>
    /// <returns>The graph, or null when there is a problem.</returns>
    public static ModuleGraph? Read(nn.Module model, Tensor example, ICollection<string> problems)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(example);
        ArgumentNullException.ThrowIfNull(problems);
        using var scope = NewDisposeScope();
        using var mode = no_grad();
        var training = model.training;
        model.eval();
        try
        {
            var walk = new ModuleWalk(model);
            var output = walk.Follow("", model, new Flow(Input, example, UnitAxis: null));
            return new ModuleGraph(new ModelGraph([Input], [output.Value], walk.Nodes), walk.Opaque);
        }
        catch (LayerException failed)
        {
            problems.Add(failed.Message);
            return null;
        }
        finally
        {
            model.train(training);
        }
    }
}

using System.Collections.Immutable;
using Distributed.Algorithms.Tensors;

namespace Distributed.Algorithms.Merging.Graphs;

/// <summary>What a network computes: operations in the order in which they run, between named values.</summary>
public sealed record ModelGraph
{
    /// <summary>Describes a network.</summary>
    /// <param name="inputs">The values that come in.</param>
    /// <param name="outputs">The values that go out; they may be read inside, too.</param>
    /// <param name="nodes">The operations in their order.</param>
    /// <exception cref="ArgumentException">A value is read that nothing makes, or made twice.</exception>
    public ModelGraph(ImmutableArray<string> inputs, ImmutableArray<string> outputs, ImmutableArray<GraphNode> nodes)
    {
        (Inputs, Outputs, Nodes) = (inputs, outputs, nodes);
        var made = new HashSet<string>(inputs, StringComparer.Ordinal);
        foreach (var node in nodes)
        {
            if (node.Inputs.FirstOrDefault(input => !made.Contains(input)) is { } missing)
                throw new ArgumentException($"{Printable.Of(node.Output)} is made of {Printable.Of(missing)}, which nothing before makes.", nameof(nodes));
            if (!made.Add(node.Output)) throw new ArgumentException($"{Printable.Of(node.Output)} is made twice.", nameof(nodes));
        }
        if (outputs.FirstOrDefault(output => !made.Contains(output)) is { } absent)
            throw new ArgumentException($"Nothing makes the output {Printable.Of(absent)}.", nameof(outputs));
    }

    /// <summary>The values that come in.</summary>
    public ImmutableArray<string> Inputs { get; }

    /// <summary>The values that go out.</summary>
    public ImmutableArray<string> Outputs { get; }

    /// <summary>The operations in their order.</summary>
    public ImmutableArray<GraphNode> Nodes { get; }
}

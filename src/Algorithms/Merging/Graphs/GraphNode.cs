using System.Collections.Immutable;

namespace Distributed.Algorithms.Merging.Graphs;

/// <summary>An operation of a network: it makes one value of some others.</summary>
/// <param name="Inputs">The values that it reads.</param>
/// <param name="Output">The value that it makes.</param>
public abstract record GraphNode(ImmutableArray<string> Inputs, string Output);

/// <summary>A dense layer; on a sequence it acts on every position.</summary>
/// <param name="Input">What it reads.</param>
/// <param name="Output">What it makes.</param>
/// <param name="Weight">Tensor (out, in).</param>
/// <param name="Bias">Tensor (out); null for none.</param>
public sealed record DenseNode(string Input, string Output, string Weight, string? Bias = null) : GraphNode([Input], Output);

/// <summary>A convolution over a map of channels.</summary>
/// <param name="Input">What it reads.</param>
/// <param name="Output">What it makes.</param>
/// <param name="Weight">Tensor (out, in, …): two kernel axes unless <see cref="KernelAxes"/> says otherwise.</param>
/// <param name="Bias">Tensor (out); null for none.</param>
public sealed record ConvNode(string Input, string Output, string Weight, string? Bias = null) : GraphNode([Input], Output)
{
    /// <summary>Whether every channel has a filter of its own: the weight is (channels, 1, …).</summary>
    public bool IsDepthwise { get; init; }

    /// <summary>Groups of channels that do not see each other; more than one pins the channels.</summary>
    /// <value>1.</value>
    public int Groups { get; init; } = 1;

    /// <summary>Axes of the kernel.</summary>
    /// <value>2.</value>
    public int KernelAxes { get; init; } = 2;

    /// <summary>Step from one position to the next.</summary>
    /// <value>1.</value>
    public int Stride { get; init; } = 1;

    /// <summary>Zeros around the map.</summary>
    /// <value>0.</value>
    public int Padding { get; init; }
}

/// <summary>Over what a norm takes its statistics.</summary>
public enum NormKind
{
    /// <summary>Each channel by its running statistics.</summary>
    Batch,
    /// <summary>All units of a position.</summary>
    Layer,
    /// <summary>Each channel of a sample.</summary>
    Instance,
    /// <summary>Groups of channels, which pins them.</summary>
    Group,
}

/// <summary>A normalisation.</summary>
/// <param name="Input">What it reads.</param>
/// <param name="Output">What it makes.</param>
/// <param name="Kind">Over what.</param>
/// <param name="Parameters">Tensors of one number for each channel: scale, shift, and for <see cref="NormKind.Batch"/> mean and variance; fewer where there are none.</param>
public sealed record NormNode(string Input, string Output, NormKind Kind, ImmutableArray<string> Parameters) : GraphNode([Input], Output)
{
    /// <summary>Number of groups of <see cref="NormKind.Group"/>.</summary>
    /// <value>1.</value>
    public int Groups { get; init; } = 1;

    /// <summary>What is added to the variance.</summary>
    /// <value>1e-5.</value>
    public double Epsilon { get; init; } = 1e-5;
}

/// <summary>A function of single numbers; dropout and the like are <see cref="ActivationKind.Identity"/>.</summary>
public enum ActivationKind
{
    /// <summary>max(0, x).</summary>
    Relu,
    /// <summary>x Φ(x), in its tanh form.</summary>
    Gelu,
    /// <summary>x / (1 + e^-x).</summary>
    Silu,
    /// <summary>The hyperbolic tangent.</summary>
    Tanh,
    /// <summary>1 / (1 + e^-x).</summary>
    Sigmoid,
    /// <summary>x.</summary>
    Identity,
}

/// <summary>A function applied to every number.</summary>
/// <param name="Input">What it reads.</param>
/// <param name="Output">What it makes.</param>
/// <param name="Kind">The function.</param>
public sealed record ActivationNode(string Input, string Output, ActivationKind Kind = ActivationKind.Relu) : GraphNode([Input], Output);

/// <summary>A summary over positions, for every channel by itself.</summary>
/// <param name="Input">What it reads.</param>
/// <param name="Output">What it makes.</param>
public sealed record PoolNode(string Input, string Output) : GraphNode([Input], Output)
{
    /// <summary>Whether the largest is taken; otherwise the mean.</summary>
    public bool IsMaximum { get; init; }

    /// <summary>Extent of a window, and the step to the next; null for all positions together.</summary>
    public int? Window { get; init; }
}

/// <summary>A map of channels laid out as one vector.</summary>
/// <param name="Input">What it reads.</param>
/// <param name="Output">What it makes.</param>
/// <param name="Block">Positions of each channel: height × width.</param>
/// <param name="ChannelsLast">Whether the channels of a position lie side by side; otherwise the positions of a channel.</param>
public sealed record FlattenNode(string Input, string Output, int Block, bool ChannelsLast = false) : GraphNode([Input], Output);

/// <summary>The sum of two values or more: a residual connection.</summary>
/// <param name="Inputs">What it reads.</param>
/// <param name="Output">What it makes.</param>
public sealed record AddNode(ImmutableArray<string> Inputs, string Output) : GraphNode(Inputs, Output);

/// <summary>The product of two values, number by number; one may be a vector that gates the channels of a map.</summary>
/// <param name="Left">One.</param>
/// <param name="Right">The other.</param>
/// <param name="Output">What it makes.</param>
public sealed record MultiplyNode(string Left, string Right, string Output) : GraphNode([Left, Right], Output);

/// <summary>Rows of a table, by whole numbers.</summary>
/// <param name="Input">The rows' numbers.</param>
/// <param name="Output">What it makes: a position for each row.</param>
/// <param name="Weight">Tensor (rows, units).</param>
public sealed record EmbeddingNode(string Input, string Output, string Weight) : GraphNode([Input], Output);

/// <summary>Values joined along their channels: not followed, so all of them are fixed.</summary>
/// <param name="Inputs">What it reads.</param>
/// <param name="Output">What it makes.</param>
public sealed record ConcatNode(ImmutableArray<string> Inputs, string Output) : GraphNode(Inputs, Output);

/// <summary>An operation that is not known here: all it touches is fixed.</summary>
/// <param name="Operation">What it is called.</param>
/// <param name="Inputs">What it reads.</param>
/// <param name="Output">What it makes.</param>
/// <param name="Parameters">Tensors that it uses.</param>
public sealed record UnknownNode(string Operation, ImmutableArray<string> Inputs, string Output, ImmutableArray<string> Parameters)
    : GraphNode(Inputs, Output);

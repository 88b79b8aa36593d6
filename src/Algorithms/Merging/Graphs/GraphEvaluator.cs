using System.Collections.Immutable;
using System.Numerics.Tensors;
using Distributed.Algorithms.Tensors;

namespace Distributed.Algorithms.Merging.Graphs;

/// <summary>
/// What a network computes, sample by sample in double precision and in evaluation mode: slow, and sure. For checks; a training engine runs
/// models.
/// </summary>
public sealed class GraphEvaluator
{
    private readonly ModelGraph _graph;
    private readonly Dictionary<string, double[]> _tensors;
    private readonly TensorManifest _manifest;

    /// <summary>Takes the tensors of a model.</summary>
    /// <param name="graph">The network.</param>
    /// <param name="model">The model; read here, whole.</param>
    /// <exception cref="KeyNotFoundException">A tensor that the network uses is not in the model.</exception>
    public GraphEvaluator(ModelGraph graph, StoredModel model)
    {
        ArgumentNullException.ThrowIfNull(graph);
        ArgumentNullException.ThrowIfNull(model);
        (_graph, _manifest) = (graph, model.Manifest);
        _tensors = model.Manifest.Where(entry => entry.DType.IsFloating())
            .ToDictionary(entry => entry.Name, entry => Read(model, entry), StringComparer.Ordinal);
    }

    /// <summary>Runs one sample.</summary>
    /// <param name="inputs">The numbers of each input, in the order of the graph, row-major.</param>
    /// <param name="shapes">The extents of each: (units), (positions, units), (channels, height, width) or, for rows of a table, (positions).</param>
    /// <returns>The numbers of all outputs, in the order of the graph.</returns>
    /// <exception cref="NotSupportedException">The graph has an operation that is not known.</exception>
    public double[] Run(IReadOnlyList<double[]> inputs, IReadOnlyList<ImmutableArray<int>> shapes)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        ArgumentNullException.ThrowIfNull(shapes);
        var values = new Dictionary<string, GraphValue>(StringComparer.Ordinal);
        for (var i = 0; i < inputs.Count; i++) values[_graph.Inputs[i]] = new GraphValue(inputs[i], [.. shapes[i]], IsMap: shapes[i].Length == 3);
        foreach (var node in _graph.Nodes) values[node.Output] = Run(node, [.. node.Inputs.Select(input => values[input])]);
        return [.. _graph.Outputs.SelectMany(output => values[output].Data)];
    }

    private GraphValue Run(GraphNode node, GraphValue[] inputs) => node switch
    {
        DenseNode dense => Dense(inputs[0], Of(dense.Weight), dense.Bias is null ? null : Of(dense.Bias)),
        ConvNode conv => Convolution.Run(conv, inputs[0], Of(conv.Weight), ShapeOf(conv.Weight), conv.Bias is null ? null : Of(conv.Bias)),
        NormNode norm => Normalization.Run(norm, inputs[0], [.. norm.Parameters.Select(Of)]),
        ActivationNode activation => inputs[0].With([.. inputs[0].Data.Select(x => Activate(activation.Kind, x))]),
        PoolNode pool => Pooling.Run(pool, inputs[0]),
        FlattenNode flatten => Flatten(flatten, inputs[0]),
        AddNode => inputs[1..].Aggregate(inputs[0], (sum, value) => sum.With([.. sum.Data.Zip(value.Data, (a, b) => a + b)])),
        MultiplyNode => Multiply(inputs[0], inputs[1]),
        EmbeddingNode embedding => Look(inputs[0], Of(embedding.Weight), ShapeOf(embedding.Weight)),
        ConcatNode => Join(inputs),
        AttentionNode attention => SelfAttention.Run(attention, inputs[0], Of),
        UnknownNode unknown => throw new NotSupportedException($"The operation {Printable.Of(unknown.Operation)} is not known."),
        _ => throw new NotSupportedException($"A node of type {node.GetType().Name} is not known."),
    };

    /// <summary>Rows of a weight against every position.</summary>
    internal static GraphValue Dense(GraphValue input, ReadOnlySpan<double> weight, double[]? bias)
    {
        var units = input.Channels;
        var output = input.Reshaped(weight.Length / units);
        for (var position = 0; position < input.Positions; position++)
        {
            var x = input.Data.AsSpan(position * units, units);
            for (var unit = 0; unit < output.Channels; unit++)
                output.Data[(position * output.Channels) + unit] = TensorPrimitives.Dot(weight.Slice(unit * units, units), x) + (bias?[unit] ?? 0);
        }
        return output;
    }

    private static double[] Read(StoredModel model, TensorEntry entry)
    {
        var values = new double[entry.ElementCount];
        Elements.Widen(entry.DType, model.Data.Read(entry.Offset, new byte[entry.ByteLength]), values);
        return values;
    }

    private double[] Of(string tensor) => _tensors.TryGetValue(tensor, out var values)
        ? values : throw new KeyNotFoundException($"Tensor {Printable.Of(tensor)} is not in the model.");

    private int[] ShapeOf(string tensor) => [.. _manifest[tensor].Shape.Select(extent => (int)extent)];

    private static double Activate(ActivationKind kind, double x) => kind switch
    {
        ActivationKind.Relu => Math.Max(0, x),
        ActivationKind.Gelu => 0.5 * x * (1 + Math.Tanh(Math.Sqrt(2 / Math.PI) * (x + (0.044715 * x * x * x)))),
        ActivationKind.Silu => x / (1 + Math.Exp(-x)),
        ActivationKind.Tanh => Math.Tanh(x),
        ActivationKind.Sigmoid => 1 / (1 + Math.Exp(-x)),
        _ => x,
    };

    private static GraphValue Flatten(FlattenNode flatten, GraphValue input)
    {
        if (!input.IsMap || !flatten.ChannelsLast) return new GraphValue(input.Data, [input.Data.Length], IsMap: false);
        var data = new double[input.Data.Length];
        for (var channel = 0; channel < input.Channels; channel++)
        {
            for (var position = 0; position < input.Positions; position++)
                data[(position * input.Channels) + channel] = input.Data[input.Place(channel, position)];
        }
        return new GraphValue(data, [data.Length], IsMap: false);
    }

    private static GraphValue Multiply(GraphValue left, GraphValue right)
    {
        if (left.Data.Length < right.Data.Length) (left, right) = (right, left);
        var output = left.Reshaped(left.Channels);
        for (var channel = 0; channel < left.Channels; channel++)
        {
            for (var position = 0; position < left.Positions; position++)
            {
                var gate = right.Data[right.Data.Length == left.Data.Length ? left.Place(channel, position) : channel];
                output.Data[left.Place(channel, position)] = left.Data[left.Place(channel, position)] * gate;
            }
        }
        return output;
    }

    private static GraphValue Look(GraphValue input, double[] table, int[] shape)
    {
        var output = new GraphValue(new double[input.Data.Length * shape[1]], [input.Data.Length, shape[1]], IsMap: false);
        for (var position = 0; position < input.Data.Length; position++)
            table.AsSpan((int)input.Data[position] * shape[1], shape[1]).CopyTo(output.Data.AsSpan(position * shape[1]));
        return output;
    }

    private static GraphValue Join(GraphValue[] inputs)
    {
        var output = inputs[0].Reshaped(inputs.Sum(input => input.Channels));
        var first = 0;
        foreach (var input in inputs)
        {
            for (var channel = 0; channel < input.Channels; channel++)
            {
                for (var position = 0; position < input.Positions; position++)
                    output.Data[output.Place(first + channel, position)] = input.Data[input.Place(channel, position)];
            }
            first += input.Channels;
        }
        return output;
    }
}

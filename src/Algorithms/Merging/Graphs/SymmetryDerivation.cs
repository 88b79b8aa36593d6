using System.Collections.Immutable;
using Distributed.Algorithms.Merging.Permutations;
using Distributed.Algorithms.Tensors;

namespace Distributed.Algorithms.Merging.Graphs;

/// <summary>The work of <see cref="GraphSymmetry"/>.</summary>
internal sealed class SymmetryDerivation
{
    /// <summary>A channel variable as it lies on a value or an axis; the entry's name is not used.</summary>
    private sealed record Channel(int Variable, AxisEntry Layout)
    {
        public Channel(int variable)
            : this(variable, new AxisEntry(""))
        {
        }
    }

    private readonly ModelGraph _graph;
    private readonly ChannelClasses _classes = new();
    private readonly Dictionary<string, Channel> _values = new(StringComparer.Ordinal);
    private readonly Dictionary<string, ImmutableArray<ImmutableArray<Channel>>> _tensors = new(StringComparer.Ordinal);
    private readonly List<string> _order = [];
    private readonly HashSet<string> _opaque = new(StringComparer.Ordinal);

    public SymmetryDerivation(ModelGraph graph)
    {
        _graph = graph;
        foreach (var input in graph.Inputs) _values[input] = Fixed();
        foreach (var node in graph.Nodes) _values[node.Output] = Follow(node);
        foreach (var output in graph.Outputs) _classes.Fix(_values[output].Variable);
    }

    public List<string> Pinned { get; } = [];

    public PermutationSpec Spec()
    {
        var names = new Dictionary<int, string>();
        return new PermutationSpec(_order.Select(tensor => new TensorAxes(tensor, [.. _tensors[tensor].Select(Axis)])).ToList());

        ImmutableArray<AxisEntry> Axis(ImmutableArray<Channel> channels) =>
            [.. channels.Where(channel => !_classes.IsFixed(channel.Variable)).Select(channel => channel.Layout with { Permutation = Name(channel) })];

        string Name(Channel channel)
        {
            var root = _classes.Root(channel.Variable);
            if (!names.TryGetValue(root, out var name)) names[root] = name = $"P{names.Count}";
            return name;
        }
    }

    private Channel Follow(GraphNode node)
    {
        var input = node.Inputs.IsEmpty ? Fixed() : _values[node.Inputs[0]];
        switch (node)
        {
            case DenseNode dense: return Layer(dense.Weight, dense.Bias, input, kernelAxes: 0);
            case ConvNode { IsDepthwise: true } conv: return Depthwise(conv, input);
            case ConvNode { Groups: > 1 } conv:
                Pin(input, $"Tensor {Printable.Of(conv.Weight)}: the channels of a convolution in {conv.Groups} groups are fixed.");
                var grouped = Layer(conv.Weight, conv.Bias, Fixed(), conv.KernelAxes);
                _classes.Fix(grouped.Variable);
                return grouped;
            case ConvNode conv: return Layer(conv.Weight, conv.Bias, input, conv.KernelAxes);
            case NormNode norm:
                foreach (var parameter in norm.Parameters) Use(parameter, [input]);
                if (norm.Kind == NormKind.Group)
                    Pin(input, $"Tensor {Printable.Of(norm.Parameters.FirstOrDefault(norm.Output))}: a group norm fixes its channels.");
                return input;
            case ActivationNode or PoolNode: return input;
            case FlattenNode flatten: return Flatten(flatten, input);
            case AddNode or MultiplyNode:
                foreach (var other in node.Inputs.Skip(1)) Unite(input, _values[other], node.Output);
                return input;
            case EmbeddingNode embedding:
                var units = new Channel(_classes.New());
                Use(embedding.Weight, [], [units]);
                return units;
            case AttentionNode attention: return Attend(attention, input);
            case ConcatNode: return Opaque(node, "joined values", []);
            case UnknownNode unknown: return Opaque(node, $"the operation {Printable.Of(unknown.Operation)}", unknown.Parameters);
            default: throw new ArgumentException($"A node of type {node.GetType().Name} is not known.");
        }
    }

    private Channel Fixed()
    {
        var variable = _classes.New();
        _classes.Fix(variable);
        return new Channel(variable);
    }

    private void Pin(Channel channel, string why)
    {
        _classes.Fix(channel.Variable);
        Pinned.Add(why);
    }

    private Channel Layer(string weight, string? bias, Channel input, int kernelAxes)
    {
        var output = new Channel(_classes.New());
        Use(weight, [[output], [input], .. Enumerable.Repeat(ImmutableArray<Channel>.Empty, kernelAxes)]);
        if (bias is not null) Use(bias, [output]);
        return output;
    }

    private Channel Depthwise(ConvNode conv, Channel input)
    {
        Use(conv.Weight, [[input], .. Enumerable.Repeat(ImmutableArray<Channel>.Empty, conv.KernelAxes + 1)]);
        if (conv.Bias is not null) Use(conv.Bias, [input]);
        return input;
    }

    private Channel Flatten(FlattenNode flatten, Channel input)
    {
        var layout = input.Layout;
        if (flatten.Block == 1) return input;
        if (layout.Block == 1) return input with { Layout = layout with { Block = flatten.Block, ChannelsLast = flatten.ChannelsLast } };
        if (!flatten.ChannelsLast && !layout.ChannelsLast) return input with { Layout = layout with { Block = layout.Block * flatten.Block } };
        Pin(input, $"Value {Printable.Of(flatten.Output)}: channels that were flattened twice with channels last are fixed.");
        return Fixed();
    }

    private void Unite(Channel one, Channel other, string output)
    {
        if (one.Layout != other.Layout)
        {
            Pin(other, $"Value {Printable.Of(output)}: channels in blocks of {one.Layout.Block} and {other.Layout.Block} meet and are fixed.");
            _classes.Fix(one.Variable);
        }
        _classes.Unite(one.Variable, other.Variable);
    }

    private Channel Opaque(GraphNode node, string what, ImmutableArray<string> parameters)
    {
        foreach (var input in node.Inputs) _classes.Fix(_values[input].Variable);
        var with = parameters.IsEmpty ? "" : $" with {string.Join(", ", parameters.Select(Printable.Of))}";
        Pinned.Add($"Value {Printable.Of(node.Output)}: {what}{with} fixes all channels that it touches.");
        foreach (var parameter in parameters) FixTensor(parameter);
        return Fixed();
    }

    private void FixTensor(string tensor)
    {
        // Its number of axes is not known: it is listed once an operation that is known uses it.
        _opaque.Add(tensor);
        if (!_tensors.TryGetValue(tensor, out var axes)) return;
        foreach (var channel in axes.SelectMany(axis => axis)) _classes.Fix(channel.Variable);
    }

    private Channel Attend(AttentionNode node, Channel input)
    {
        var (width, shared) = (node.HeadWidth, node.Heads / node.Groups);
        var heads = _classes.New();
        var output = new Channel(_classes.New());
        List<int> Inner() => [.. Enumerable.Range(0, node.Groups).Select(_ => _classes.New())];
        var (scores, contents) = (node.IsRotary ? [] : Inner(), Inner());
        if (!node.MatchesInside) (scores, contents) = ([], []);

        UsePart(node.Query, shared, scores, rows: true, input);
        UsePart(node.Key, 1, scores, rows: true, input);
        UsePart(node.Value, 1, contents, rows: true, input);
        UsePart(node.Projection, shared, contents, rows: false, output);
        return output;

        // Groups change places first, then the units inside of what is in each place.
        void UsePart(AttentionPart part, int perGroup, List<int> inner, bool rows, Channel other)
        {
            var isWhole = node.Query.Weight != node.Key.Weight || !rows;
            var axis = ImmutableArray.CreateBuilder<Channel>();
            axis.Add(new Channel(heads, new AxisEntry("", perGroup * width) { Offset = part.Offset, Units = isWhole ? null : node.Groups }));
            for (var head = 0; inner.Count > 0 && head < node.Groups * perGroup; head++)
                axis.Add(new Channel(inner[head / perGroup], new AxisEntry("") { Offset = part.Offset + (head * width), Units = width }));
            var channels = axis.ToImmutable();
            if (rows) UseJoined(part.Weight, channels, [other]);
            else Use(part.Weight, [other], channels);
            if (part.Bias is null) return;
            if (rows) UseJoined(part.Bias, channels);
            else Use(part.Bias, [other]);
        }

        // Query, key and value may be parts of one tensor: each adds what it has on the first axis.
        void UseJoined(string tensor, ImmutableArray<Channel> channels, params ImmutableArray<Channel>[] others)
        {
            if (_tensors.TryGetValue(tensor, out var known) && known[0].Length > 0 && node.Query.Weight == node.Key.Weight
                && channels[0].Layout.Offset > known[0].Max(channel => channel.Layout.Offset))
                _tensors[tensor] = known.SetItem(0, known[0].AddRange(channels));
            else
                Use(tensor, [channels, .. others]);
        }
    }

    /// <summary>A tensor is used; where it was used before, both uses must move its axes alike.</summary>
    private void Use(string tensor, params ReadOnlySpan<ImmutableArray<Channel>> axes)
    {
        if (_opaque.Contains(tensor))
        {
            foreach (var axis in axes)
                foreach (var channel in axis) _classes.Fix(channel.Variable);
        }
        if (!_tensors.TryGetValue(tensor, out var known))
        {
            _tensors[tensor] = [.. axes];
            _order.Add(tensor);
            return;
        }
        // A table of rows has no channel on its first axis; as an output matrix it has a fixed one.
        if (known.Length != axes.Length) throw new ArgumentException($"Tensor {Printable.Of(tensor)} is used with {known.Length} and with {axes.Length} axes.");
        for (var axis = 0; axis < axes.Length; axis++) UniteAxes(tensor, known[axis], axes[axis]);
    }

    private void UniteAxes(string tensor, ImmutableArray<Channel> known, ImmutableArray<Channel> used)
    {
        if (known.Length == used.Length && known.Zip(used).All(pair => pair.First.Layout == pair.Second.Layout))
        {
            foreach (var (one, other) in known.Zip(used)) _classes.Unite(one.Variable, other.Variable);
            return;
        }
        foreach (var channel in known.Concat(used)) _classes.Fix(channel.Variable);
        if (known.Length > 0 && used.Length > 0) Pinned.Add($"Tensor {Printable.Of(tensor)}: it is used twice in different ways, which fixes it.");
    }
}

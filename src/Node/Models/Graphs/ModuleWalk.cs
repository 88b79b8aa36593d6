using System.Collections.Immutable;
using Distributed.Algorithms.Merging.Graphs;
using Distributed.Node.Engine;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Distributed.Node.Models.Graphs;

/// <summary>Goes through a tree of modules in the order of their forward passes and writes down what each does.</summary>
internal sealed class ModuleWalk
{
    private const string OtherAxis = "it does not work along the axis of the units";

    // By where its numbers lie: a tensor that two modules share travels once, under its first name, and some modules wrap theirs anew at each call.
    private readonly Dictionary<nint, string> names = [];
    private readonly ImmutableArray<GraphNode>.Builder nodes = ImmutableArray.CreateBuilder<GraphNode>();
    private readonly ImmutableArray<OpaqueModule>.Builder opaque = ImmutableArray.CreateBuilder<OpaqueModule>();

    public ModuleWalk(nn.Module model)
    {
        foreach (var (name, parameter) in model.named_parameters())
        {
            names.TryAdd(TensorMemory.AddressOf(parameter), name);
        }

        foreach (var (name, buffer) in model.named_buffers())
        {
            names.TryAdd(TensorMemory.AddressOf(buffer), name);
        }
    }

    /// <summary>The operations so far.</summary>
    public ImmutableArray<GraphNode> Nodes => nodes.ToImmutable();

    /// <summary>The modules so far that were not looked into.</summary>
    public ImmutableArray<OpaqueModule> Opaque => opaque.ToImmutable();

    /// <summary>Follows a value through a module.</summary>
    /// <exception cref="LayerException">A layer cannot be run on the example.</exception>
    public Flow Follow(string path, nn.Module module, Flow input) => module switch
    {
        // A class derived from it may do anything in its forward.
        Sequential when module.GetType() == typeof(Sequential) => Chain(path, module, input),
        Residual residual => Branches(path, residual, input),
        SelfAttention attention => Attention(path, attention, input),
        Linear linear => Layer(path, linear, input, unitAxis: -1, (value, weight, bias) => new DenseNode(value, ValueOf(path), weight, bias)),
        Conv2d conv => Convolution(path, conv, input),
        FilledConv2d conv => Layer(path, conv, input, unitAxis: -3, (value, weight, bias) => new ConvNode(value, ValueOf(path), weight, bias) { Padding = (int)conv.Padding }),
        BatchNorm1d or BatchNorm2d => Norm(path, module, input, unitAxis: 1, NormKind.Batch),
        LayerNorm { normalized_shape.Length: 1 } => Norm(path, module, input, unitAxis: -1, NormKind.Layer),
        // One group is a layer norm of a map, as many as channels an instance norm: neither tells one channel from another.
        GroupNorm { num_groups: 1 } => Norm(path, module, input, unitAxis: 1, NormKind.Layer),
        GroupNorm norm => Norm(path, norm, input, unitAxis: 1, norm.num_groups == norm.weight?.shape[0] ? NormKind.Instance : NormKind.Group),
        Embedding embedding => Table(path, embedding, input),
        ReLU => Activation(path, module, input, ActivationKind.Relu),
        GELU => Activation(path, module, input, ActivationKind.Gelu),
        SiLU => Activation(path, module, input, ActivationKind.Silu),
        Tanh => Activation(path, module, input, ActivationKind.Tanh),
        Sigmoid => Activation(path, module, input, ActivationKind.Sigmoid),
        Dropout or Identity => Activation(path, module, input, ActivationKind.Identity),
        MaxPool2d pool => Pool(path, pool, input, isMaximum: true, (int)pool.kernel_size[0]),
        AvgPool2d pool => Pool(path, pool, input, isMaximum: false, (int)pool.kernel_size[0]),
        AdaptiveAvgPool2d => Pool(path, module, input, isMaximum: false, null),
        Flatten flatten => Flat(path, flatten, input),
        _ => Closed(path, module, input, module.children().Any() ? "what its forward does with its layers is its own" : "its forward is not known"),
    };

    private Flow Chain(string path, nn.Module chain, Flow input) =>
        chain.named_children().Aggregate(input, (flow, child) => Follow(Below(path, child.name), child.module, flow));

    private Flow Branches(string path, Residual residual, Flow input)
    {
        var inner = Follow(Below(path, "inner"), residual.Inner, input);
        var around = residual.Shortcut is { } shortcut ? Follow(Below(path, "shortcut"), shortcut, input) : input;
        var output = Attempt(path, residual, inner, () => inner.Example.add(around.Example));
        // Units along different axes, or one value spread over the other: the sum tells units apart.
        var alike = inner.Example.shape.SequenceEqual(around.Example.shape) && (inner.UnitAxis ?? around.UnitAxis) == (around.UnitAxis ?? inner.UnitAxis);
        return alike
            ? Made(new AddNode([inner.Value, around.Value], ValueOf(path)), output, inner.UnitAxis is null || around.UnitAxis is null ? null : inner.UnitAxis)
            : Shut(path, residual, [inner.Value, around.Value], [], output, "its branches are of different shapes");
    }

    private Flow Attention(string path, SelfAttention module, Flow input)
    {
        if (Misfit(input, -1))
        {
            return Closed(path, module, input, OtherAxis);
        }

        var attention = module.children().OfType<MultiheadAttention>().Single();
        var width = (int)input.Example.shape[^1];
        AttentionPart Part(int third) => new(Tensor(attention, "in_proj_weight")!, Tensor(attention, "in_proj_bias"), third * width);
        return Made(
            new AttentionNode(
                input.Value, ValueOf(path), (int)module.Heads, width / (int)module.Heads, Part(0), Part(1), Part(2),
                new(Tensor(attention, "out_proj.weight")!, Tensor(attention, "out_proj.bias"))),
            Run(path, module, input),
            input.Rank - 1);
    }

    private Flow Convolution(string path, Conv2d conv, Flow input) =>
        Layer(path, conv, input, unitAxis: -3, (value, weight, bias) => new ConvNode(value, ValueOf(path), weight, bias)
        {
            IsDepthwise = conv.groups > 1 && conv.groups == conv.in_channels && conv.groups == conv.out_channels,
            Groups = (int)conv.groups,
            Stride = (int)conv.stride[0],
            Padding = (int)(conv.padding?[0] ?? 0),
        });

    private Flow Layer(string path, nn.Module<Tensor, Tensor> layer, Flow input, int unitAxis, Func<string, string, string?, GraphNode> node) =>
        Misfit(input, unitAxis)
            ? Closed(path, layer, input, OtherAxis)
            : Made(node(input.Value, Tensor(layer, "weight")!, Tensor(layer, "bias")), Run(path, layer, input), At(input, unitAxis));

    private Flow Norm(string path, nn.Module norm, Flow input, int unitAxis, NormKind kind)
    {
        if (Misfit(input, unitAxis))
        {
            return Closed(path, norm, input, OtherAxis);
        }

        string?[] tensors = [Tensor(norm, "weight"), Tensor(norm, "bias"), Tensor(norm, "running_mean"), Tensor(norm, "running_var")];
        return Made(new NormNode(input.Value, ValueOf(path), kind, [.. tensors.OfType<string>()]), Run(path, norm, input), input.UnitAxis);
    }

    private Flow Table(string path, Embedding embedding, Flow input)
    {
        var output = Run(path, embedding, input);
        return Made(new EmbeddingNode(input.Value, ValueOf(path), Tensor(embedding, "weight")!), output, (int)output.dim() - 1);
    }

    private Flow Activation(string path, nn.Module function, Flow input, ActivationKind kind) =>
        Made(new ActivationNode(input.Value, ValueOf(path), kind), Run(path, function, input), input.UnitAxis);

    private Flow Pool(string path, nn.Module pool, Flow input, bool isMaximum, int? window) =>
        // It summarises the last two axes; units along one of them would be mixed.
        input.UnitAxis >= input.Rank - 2
            ? Closed(path, pool, input, OtherAxis)
            : Made(new PoolNode(input.Value, ValueOf(path)) { IsMaximum = isMaximum, Window = window }, Run(path, pool, input), input.UnitAxis);

    private Flow Flat(string path, Flatten flatten, Flow input)
    {
        var shape = input.Example.shape;
        var (first, last) = (At(input, (int)flatten.start_dim), At(input, (int)flatten.end_dim));
        var output = Run(path, flatten, input);
        if (input.UnitAxis is not { } units || units < first)
        {
            return input with { Example = output };
        }

        if (units > last)
        {
            return input with { Example = output, UnitAxis = units - (last - first) };
        }

        return units == first || units == last
            ? Made(new FlattenNode(input.Value, ValueOf(path), (int)(shape[first..(last + 1)].Aggregate(1L, (product, extent) => product * extent) / shape[units]), units > first), output, first)
            : Closed(path, flatten, input, "the units lie between the axes that it joins");
    }

    private Flow Made(GraphNode node, Tensor output, int? unitAxis)
    {
        nodes.Add(node);
        return new Flow(node.Output, output, unitAxis);
    }

    private Flow Closed(string path, nn.Module module, Flow input, string reason)
    {
        var tensors = module.named_parameters().Select(p => (Tensor)p.parameter).Concat(module.named_buffers().Select(b => b.buffer));
        return Shut(path, module, [input.Value], [.. tensors.Where(tensor => tensor.dim() > 0).Select(tensor => names[TensorMemory.AddressOf(tensor)])], Run(path, module, input), reason);
    }

    private Flow Shut(
        string path, nn.Module module, ImmutableArray<string> inputs, ImmutableArray<string> tensors, Tensor output, string reason)
    {
        opaque.Add(new OpaqueModule(path, module.GetType().Name, reason));
        return Made(new UnknownNode(module.GetType().Name, inputs, ValueOf(path), tensors), output, null);
    }

    // Of the graph only the shape of the output is needed; of a model that takes more than one input not even that, since nothing follows it.
    private static Tensor Run(string path, nn.Module module, Flow input) =>
        module is nn.Module<Tensor, Tensor> layer ? Attempt(path, module, input, () => layer.call(input.Example)) : input.Example;

    private static Tensor Attempt(string path, nn.Module module, Flow input, Func<Tensor> forward)
    {
        try
        {
            return forward();
        }
        catch (Exception error)
        {
            throw new LayerException(
                $"{new OpaqueModule(path, module.GetType().Name, $"it cannot be run on an input of shape [{string.Join(", ", input.Example.shape)}]")}: {error.Message}", error);
        }
    }

    private string? Tensor(nn.Module module, string name) =>
        module.named_parameters().Where(p => p.name == name).Select(p => (Tensor)p.parameter)
            .Concat(module.named_buffers().Where(b => b.name == name).Select(b => b.buffer))
            .Select(tensor => names[TensorMemory.AddressOf(tensor)]).FirstOrDefault();

    private static bool Misfit(Flow input, int unitAxis) => input.UnitAxis is { } units && units != At(input, unitAxis);

    private static int At(Flow input, int axis) => axis < 0 ? axis + input.Rank : axis;

    private static string ValueOf(string path) => path.Length == 0 ? "(output)" : path;

    private static string Below(string path, string name) => path.Length == 0 ? name : $"{path}.{name}";
}

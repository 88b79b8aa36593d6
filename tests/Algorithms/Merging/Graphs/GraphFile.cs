using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Distributed.Algorithms.Merging.Graphs;

namespace Distributed.Algorithms.Tests.Merging.Graphs;

/// <summary>The graphs of the vector files.</summary>
internal static class GraphFile
{
    public static ModelGraph Parse(JsonNode json) => new(Names(json["inputs"]!), Names(json["outputs"]!), [.. json["nodes"]!.AsArray().Select(n => Node(n!))]);

    private static GraphNode Node(JsonNode json)
    {
        var (inputs, output) = (Names(json["in"]!), (string)json["out"]!);
        return (string)json["op"]! switch
        {
            "dense" => new DenseNode(inputs[0], output, (string)json["weight"]!, (string?)json["bias"]),
            "conv" => new ConvNode(inputs[0], output, (string)json["weight"]!, (string?)json["bias"]) { IsDepthwise = (bool?)json["depthwise"] ?? false },
            "norm" => new NormNode(inputs[0], output, Enum.Parse<NormKind>((string)json["kind"]!, ignoreCase: true), Names(json["params"]!)),
            "act" => new ActivationNode(inputs[0], output),
            "pool" => new PoolNode(inputs[0], output),
            "flatten" => new FlattenNode(inputs[0], output, (int)json["block"]!),
            "add" => new AddNode(inputs, output),
            var other => throw new FormatException(other),
        };
    }

    private static ImmutableArray<string> Names(JsonNode json) => [.. json.AsArray().Select(name => (string)name!)];
}

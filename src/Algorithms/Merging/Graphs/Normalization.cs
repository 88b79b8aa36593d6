namespace Distributed.Algorithms.Merging.Graphs;

/// <summary>Norms of one sample, with population variances.</summary>
internal static class Normalization
{
    public static GraphValue Run(NormNode node, GraphValue input, double[][] parameters)
    {
        var (scale, shift) = (parameters.ElementAtOrDefault(0), parameters.ElementAtOrDefault(1));
        var output = input.Reshaped(input.Channels);
        switch (node.Kind)
        {
            case NormKind.Batch:
                for (var channel = 0; channel < input.Channels; channel++)
                {
                    var deviation = Math.Sqrt(parameters[3][channel] + node.Epsilon);
                    foreach (var place in Places(input, channel, 1)) output.Data[place] = (input.Data[place] - parameters[2][channel]) / deviation;
                }
                break;
            case NormKind.Layer:
                for (var position = 0; position < input.Positions; position++)
                    Standardise(node, input, output, [.. Enumerable.Range(0, input.Channels).Select(channel => input.Place(channel, position))]);
                break;
            default:
                var groups = node.Kind == NormKind.Instance ? input.Channels : node.Groups;
                var together = input.Channels / groups;
                for (var group = 0; group < groups; group++) Standardise(node, input, output, [.. Places(input, group * together, together)]);
                break;
        }
        for (var channel = 0; channel < input.Channels; channel++)
        {
            foreach (var place in Places(input, channel, 1)) output.Data[place] = (output.Data[place] * (scale?[channel] ?? 1)) + (shift?[channel] ?? 0);
        }
        return output;
    }

    private static IEnumerable<int> Places(GraphValue value, int channel, int channels) =>
        from c in Enumerable.Range(channel, channels) from position in Enumerable.Range(0, value.Positions) select value.Place(c, position);

    private static void Standardise(NormNode node, GraphValue input, GraphValue output, int[] places)
    {
        var mean = places.Average(place => input.Data[place]);
        var variance = places.Average(place => (input.Data[place] - mean) * (input.Data[place] - mean));
        foreach (var place in places) output.Data[place] = (input.Data[place] - mean) / Math.Sqrt(variance + node.Epsilon);
    }
}

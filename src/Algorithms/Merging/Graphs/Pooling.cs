namespace Distributed.Algorithms.Merging.Graphs;

/// <summary>Pooling of one sample, channel by channel.</summary>
internal static class Pooling
{
    public static GraphValue Run(PoolNode node, GraphValue input)
    {
        if (node.Window is not { } window)
        {
            var all = Enumerable.Range(0, input.Channels).Select(channel => Summary(node, Enumerable.Range(0, input.Positions)
                .Select(position => input.Data[input.Place(channel, position)])));
            return new GraphValue([.. all], [input.Channels], IsMap: false);
        }
        if (!input.IsMap) throw new NotSupportedException("Only maps are pooled by windows.");
        var (rows, columns) = (input.Shape[1] / window, input.Shape[2] / window);
        var data = from channel in Enumerable.Range(0, input.Channels)
                   from y in Enumerable.Range(0, rows)
                   from x in Enumerable.Range(0, columns)
                   select Summary(node, from i in Enumerable.Range(0, window)
                                        from j in Enumerable.Range(0, window)
                                        select input.Data[(((channel * input.Shape[1]) + (y * window) + i) * input.Shape[2]) + (x * window) + j]);
        return new GraphValue([.. data], [input.Channels, rows, columns], IsMap: true);
    }

    private static double Summary(PoolNode node, IEnumerable<double> values) => node.IsMaximum ? values.Max() : values.Average();
}

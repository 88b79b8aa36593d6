namespace Distributed.Algorithms.Merging.Graphs;

/// <summary>Attention of one sequence to itself.</summary>
internal static class SelfAttention
{
    public static GraphValue Run(AttentionNode node, GraphValue input, Func<string, double[]> tensor)
    {
        if (node.IsRotary) throw new NotSupportedException("Rotary embeddings are not evaluated.");
        var (width, shared) = (node.HeadWidth, node.Heads / node.Groups);
        var query = Project(node.Query, node.Heads);
        var key = Project(node.Key, node.Groups);
        var value = Project(node.Value, node.Groups);
        var joined = input.Reshaped(node.Heads * width);
        for (var head = 0; head < node.Heads; head++)
        {
            for (var position = 0; position < input.Positions; position++) Attend(head, position);
        }
        return GraphEvaluator.Dense(joined, tensor(node.Projection.Weight), node.Projection.Bias is { } bias ? tensor(bias) : null);

        GraphValue Project(AttentionPart part, int heads)
        {
            var (first, rows) = (part.Offset, heads * width);
            return GraphEvaluator.Dense(
                input, tensor(part.Weight).AsSpan(first * input.Channels, rows * input.Channels),
                part.Bias is { } name ? tensor(name)[first..(first + rows)] : null);
        }

        double Score(int head, int position, int other) => Enumerable.Range(0, width).Sum(unit =>
            query.Data[query.Place((head * width) + unit, position)]
            * key.Data[key.Place((head / shared * width) + unit, other)]) / Math.Sqrt(width);

        void Attend(int head, int position)
        {
            var last = node.IsCausal ? position : input.Positions - 1;
            var scores = Enumerable.Range(0, last + 1).Select(other => Score(head, position, other)).ToArray();
            var largest = scores.Max();
            var weights = scores.Select(score => Math.Exp(score - largest)).ToArray();
            var sum = weights.Sum();
            for (var unit = 0; unit < width; unit++)
            {
                joined.Data[joined.Place((head * width) + unit, position)] = Enumerable.Range(0, last + 1)
                    .Sum(other => weights[other] / sum * value.Data[value.Place((head / shared * width) + unit, other)]);
            }
        }
    }
}

using Distributed.Node.Data.Random;

namespace Distributed.Node.Data;

/// <summary>Draws a proxy set: as many examples of each class as of any other, as far as there are, chosen by the run's seed alone.</summary>
internal static class ProxyDraw
{
    /// <summary>Draws.</summary>
    /// <param name="seed">The run's seed.</param>
    /// <param name="count">Number of examples wanted.</param>
    /// <param name="labels">Class of each example that may be drawn.</param>
    /// <param name="classes">The classes that are trained on.</param>
    /// <param name="spare">Examples that must be left.</param>
    /// <param name="what">What is drawn from, for messages, such as <c>test examples</c>.</param>
    /// <param name="problems">Receives everything that is wrong.</param>
    /// <returns>Indices, ascending; null when there is a problem.</returns>
    public static int[]? Draw(
        int seed, int count, IReadOnlyList<int> labels, IReadOnlyCollection<int> classes, int spare, string what, ICollection<string> problems)
    {
        var before = problems.Count;
        var byClass = Enumerable.Range(0, labels.Count).GroupBy(index => labels[index]).ToDictionary(group => group.Key, group => group.ToArray());
        if (count < classes.Count)
        {
            problems.Add($"proxy.examples: {count} are fewer than one for each of the {classes.Count} classes.");
        }

        if (count > labels.Count - spare)
        {
            problems.Add($"proxy.examples: {count} asked for, of {labels.Count} {what}{(spare > 0 ? $" {spare} must be left" : "")}.");
        }

        Say(classes.Where(known => !byClass.ContainsKey(known)), "there are none of class {0}, which is trained on");
        Say(byClass.Keys.Where(found => !classes.Contains(found)), "there are some of class {0}, which is not trained on");
        return problems.Count == before ? Deal(seed, count, byClass) : null;

        void Say(IEnumerable<int> wrong, string how)
        {
            if (wrong.Order().ToList() is { Count: > 0 } list)
            {
                problems.Add($"proxy: among the {what} " + how.Replace("{0}", string.Join(", ", list), StringComparison.Ordinal) + ".");
            }
        }
    }

    // One of each class in turn, until there are enough: the classes' numbers differ by one at most while none runs out.
    private static int[] Deal(int seed, int count, Dictionary<int, int[]> byClass)
    {
        var queues = byClass.OrderBy(pair => pair.Key).Select(pair => Shuffled(seed, pair.Key, pair.Value)).ToList();
        var drawn = new List<int>(count);
        for (var turn = 0; drawn.Count < count; turn++)
        {
            drawn.AddRange(queues.Where(queue => turn < queue.Length).Select(queue => queue[turn]).Take(count - drawn.Count));
        }

        return [.. drawn.Order()];
    }

    private static int[] Shuffled(int seed, int label, int[] indices)
    {
        var stream = new RandomStream(seed, RandomPurpose.ProxyDraw, label);
        stream.Shuffle<int>(indices);
        return indices;
    }
}

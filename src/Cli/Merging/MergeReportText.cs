using System.Globalization;

namespace Distributed.Cli.Merging;

/// <summary>A merge in lines for people.</summary>
internal static class MergeReportText
{
    /// <summary>The lines.</summary>
    /// <param name="result">What was written.</param>
    /// <param name="seconds">From beginning to end.</param>
    public static IEnumerable<string> Lines(MergeResult result, double seconds)
    {
        if (result.Match is { } match)
        {
            yield return Text($"{result.Method}: {match.Moved:N0} of {match.Units:N0} units moved, {match.Objective} {match.Before:g6} -> {match.After:g6}, {match.Sweeps} {(result.Method == "straight-through" ? "steps" : "sweeps")}, {match.CpuSeconds:0.00} CPU s");
            if (match.Difference is { } difference)
            {
                yield return Text($"the relabelled {(result.Method == "merge-many" ? "models compute" : "model computes")} the same function: outputs differ by {difference:g2} at most, rounding allows {match.Allowed:g2}");
            }
        }

        foreach (var line in Table(result).Concat(Barriers(result)).Concat(Ratios(result)))
        {
            yield return line;
        }

        foreach (var note in result.Notes)
        {
            yield return $"note: {note}";
        }

        yield return Text($"{result.Output} written, {result.Bytes / 1e6:0.0} MB, {seconds:0.00} s");
    }

    private static IEnumerable<string> Table(MergeResult result)
    {
        if (result.Scores.IsEmpty)
        {
            yield break;
        }

        var width = result.Scores.Max(score => score.Name.Length);
        yield return $"{new string(' ', width)}  train loss  accuracy   test loss  accuracy";
        foreach (var (name, train, test) in result.Scores)
        {
            yield return Text($"{name.PadRight(width)}  {train.Loss,10:0.0000}  {train.Accuracy,8:0.0000}  {test.Loss,10:0.0000}  {test.Accuracy,8:0.0000}");
        }
    }

    private static IEnumerable<string> Barriers(MergeResult result) => result.Barriers.Select(barrier => Text(
        $"barrier, {barrier.Name}, {barrier.Split}: {barrier.Loss.EndpointMeanBarrier:0.0000} over the mean of the ends, {barrier.Loss.LinearBarrier:0.0000} over the line between them, accuracy {barrier.Accuracy.AccuracyBarrier:0.0000}"));

    private static IEnumerable<string> Ratios(MergeResult result) => result.Collapse.Where(mix => mix.Layers.Count > 0).Select(mix => Text(
        $"variance kept, layer by layer, {mix.Name}: {string.Join("  ", mix.Layers.Select(layer => layer.VarianceRatio.ToString("0.000", CultureInfo.InvariantCulture)))}"));

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}

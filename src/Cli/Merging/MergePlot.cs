using System.Globalization;
using System.Net;
using Distributed.Cli.Artifacts;

namespace Distributed.Cli.Merging;

/// <summary>The barrier curves as a file to look at: an .svg, or an .html page with the figures below.</summary>
internal static class MergePlot
{
    /// <summary>Writes the file: aside, then renamed.</summary>
    /// <param name="path">Its name, which says which of the two it is.</param>
    /// <param name="result">A merge whose barriers were measured.</param>
    /// <exception cref="IOException">It cannot be written.</exception>
    public static void Write(string path, MergeResult result)
    {
        path = OutputPath.Resolve(path);
        var drawing = Draw(result);
        var aside = $"{path}.{Guid.NewGuid():N}.tmp";
        try
        {
            File.WriteAllText(aside, Path.GetExtension(path) == ".html" ? Page(result, drawing) : drawing);
            File.Move(aside, path, overwrite: true);
        }
        finally
        {
            File.Delete(aside);
        }
    }

    private static string Draw(MergeResult result)
    {
        var panels = result.Barriers.GroupBy(line => line.Split).Select(lines => new BarrierPanel($"{result.Method}: loss on {lines.Key} examples", [.. lines])).ToArray();
        var height = BarrierPanel.Height + (Math.Max(0, panels.Select(panel => panel.Lines.Count).DefaultIfEmpty().Max() - 4) * 8);
        var content = string.Concat(panels.Select((panel, i) => string.Create(
            CultureInfo.InvariantCulture, $"<g transform=\"translate({i * BarrierPanel.Width} 0)\">\n{panel.Draw()}</g>\n")));
        return string.Create(CultureInfo.InvariantCulture, $"""
            <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {Math.Max(1, panels.Length) * BarrierPanel.Width} {height}" font-family="sans-serif" font-size="11" role="img">
            <title>Loss on the line between two models; behind each name its barrier over the mean of the ends</title>
            <rect width="100%" height="100%" fill="#fff"/>
            {content}</svg>

            """);
    }

    private static string Page(MergeResult result, string drawing)
    {
        var scores = string.Concat(result.Scores.Select(score => Row(score.Name, score.Train.Loss, score.Train.Accuracy, score.Test.Loss, score.Test.Accuracy)));
        var barriers = string.Concat(result.Barriers.Select(line => Row(
            $"{line.Name}, {line.Split}", line.Loss.EndpointMeanBarrier, line.Loss.LinearBarrier, line.Accuracy.AccuracyBarrier)));
        return $$"""
            <!DOCTYPE html>
            <html lang="en"><head><meta charset="utf-8"><title>{{WebUtility.HtmlEncode(result.Method)}}</title>
            <style>body{font:14px/1.5 sans-serif;max-width:900px;margin:2em auto;padding:0 1em}table{border-collapse:collapse;margin:1em 0}
            td,th{padding:.2em .8em;text-align:right;border-bottom:1px solid #ddd}td:first-child,th:first-child{text-align:left}</style></head><body>
            <h1>{{WebUtility.HtmlEncode(result.Method)}}</h1>
            {{drawing}}
            <table><tr><th>model</th><th>train loss</th><th>accuracy</th><th>test loss</th><th>accuracy</th></tr>{{scores}}</table>
            <table><tr><th>barrier</th><th>over the mean of the ends</th><th>over the line between them</th><th>accuracy</th></tr>{{barriers}}</table>
            </body></html>

            """;
    }

    private static string Row(string name, params double[] values) =>
        $"<tr><td>{WebUtility.HtmlEncode(name)}</td>{string.Concat(values.Select(value => string.Create(CultureInfo.InvariantCulture, $"<td>{value:0.0000}</td>")))}</tr>\n";
}

using Distributed.Reports.Drawing;
using Distributed.Reports.Facts;
using Distributed.Reports.Markup;


namespace Distributed.Reports.Sections;

/// <summary>The aggregator's figures over the rounds: those that are known here by what they mean, any other under its own name.</summary>
internal static class MetricCharts
{
    private const int MaximumCharts = 12;

    private static readonly Chart[] Known =
    [
        new("γ", "The factor of the mixed model; below 1 it shrinks.", [("gamma", "γ")]),
        new("Coherence", "How far the clients' updates agree.", [("coherence", "coherence")]),
        new("Proxy loss", "Loss on the proxy examples, with the learned weights and with the plain average.", [("proxy.loss", "learned"), ("proxy.loss.average", "average")]),
        new("Cosines", "Between the clients' layers and those of the model that they started from, over all of them.", [("cosine.mean", "mean"), ("cosine.min", "smallest")]),
    ];

    public static Html Draw(RunHistory run)
    {
        var names = run.Rounds.SelectMany(round => round.Metrics.Keys).ToHashSet(StringComparer.Ordinal);
        var others = names.Except(Known.SelectMany(chart => chart.Metrics.Select(metric => metric.Name))).Order(StringComparer.Ordinal)
            .Select(name => new Chart(name, "The aggregator's own figure.", [(name, name)])).ToList();
        var more = others.Count > MaximumCharts ? Layout.Wide(Html.Of($"<p>{others.Count - MaximumCharts} more figures are in metrics.csv.</p>")) : Html.None;
        return Html.Join([.. Known.Concat(others.Take(MaximumCharts)).Select(chart => Draw(run, chart)), more]);
    }

    private static Html Draw(RunHistory run, Chart chart)
    {
        var lines = chart.Metrics.Select(metric => new Line(metric.Line, Points(run, metric.Name))).ToList();
        var last = lines[0].Points.Count == 0 ? "" : $" Last: {Figures.Number(lines[0].Points[^1].Y)}.";
        return Layout.Figure(
            LineChart.Draw(new(chart.Title, $"{chart.Title} by round. {chart.About}", "round", value => Figures.Number(value)), lines),
            chart.Title,
            $"{chart.About}{last}{Layout.ThinNote(lines.Max(line => line.Points.Count))}",
            Table(run, chart));
    }

    private static Html Table(RunHistory run, Chart chart)
    {
        var rounds = run.Rounds.Where(round => chart.Metrics.Any(metric => round.Metrics.ContainsKey(metric.Name))).TakeLast(RoundsTable.MaximumRows).ToList();
        return Layout.Table(
            "round",
            [.. chart.Metrics.Select(metric => metric.Line)],
            [.. rounds.Select(round => $"{round.Round}")],
            (row, column) => rounds[row].Metrics.TryGetValue(chart.Metrics[column].Name, out var value) ? Figures.Number(value) : "");
    }

    private static List<(double X, double Y)> Points(RunHistory run, string metric) =>
        [.. run.Rounds.Where(round => round.Metrics.ContainsKey(metric)).Select(round => ((double)round.Round, round.Metrics[metric]))];

    /// <summary>A chart of one or more figures.</summary>
    private sealed record Chart(string Title, string About, IReadOnlyList<(string Name, string Line)> Metrics);
}

using Distributed.Reports.Drawing;
using Distributed.Reports.Facts;
using Distributed.Reports.Markup;


namespace Distributed.Reports.Sections;

/// <summary>Who had how much of each new model, and what the aggregator said of itself.</summary>
internal static class WeightsSection
{
    public static Html Draw(RunHistory run) =>
        Layout.Section("Aggregation", Html.Join([Shares(run), Factors(run), MetricCharts.Draw(run), Notes(run)]));

    private static Html Shares(RunHistory run)
    {
        var clients = run.Rounds.SelectMany(round => round.Clients).Distinct().Order().ToList();
        var place = clients.Index().ToDictionary(pair => pair.Item, pair => pair.Index);

        // A million clients of whom a few train have a row each only for those few; the grid is binned in passing when even they are too many.
        var tall = Math.Max(1, (clients.Count + HeatGrid.MaximumRows - 1) / HeatGrid.MaximumRows);
        var grid = Empty(
            [.. clients.Chunk(tall).Select(chunk => chunk.Length == 1 ? $"{chunk[0]}" : $"{chunk[0]}–{chunk[^1]}")],
            [.. run.Rounds.Select(round => $"{round.Round}")]);
        foreach (var (column, round) in run.Rounds.Index())
        {
            foreach (var row in round.Clients.Zip(round.Shares).GroupBy(pair => place[pair.First] / tall))
            {
                grid.Values[row.Key, column] = row.Average(pair => pair.Second);
            }
        }

        var binned = tall > 1 ? $" A row is the mean of {tall} clients." : "";
        return Layout.Heat(
            new("Client weights", "Share of each client in the new model, by round.", "round", value => Figures.Number(value)),
            grid,
            "client",
            $"Share of each client in the new model of a round, before any factor by layer; blank: not in it.{binned}{grid.BinNote("clients", "rounds")}");
    }

    private static Html Factors(RunHistory run)
    {
        var rounds = run.Rounds.Where(round => !round.Factors.IsEmpty).ToList();
        var layers = rounds.SelectMany(round => round.Factors.Select(factor => factor.Layer)).Distinct().ToList();
        var grid = Empty(layers, [.. rounds.Select(round => $"{round.Round}")]);
        foreach (var (column, round) in rounds.Index())
        {
            foreach (var factor in round.Factors)
            {
                grid.Values[layers.IndexOf(factor.Layer), column] = factor.Mean;
            }
        }

        return Layout.Heat(
            new("Factors by layer", "Mean over the clients of the factor of each layer, by round.", "round", value => Figures.Number(value)),
            grid,
            "layer",
            $"What the rule multiplied a client's layer with, mean over the clients: 1 where it points the way of the model that it started from, 0 across it, below 0 against it.{grid.BinNote("layers", "rounds")}");
    }

    private static Html Notes(RunHistory run)
    {
        var notes = run.Rounds.SelectMany(round => round.Notes.Select(note => (round.Round, Note: note)))
            .GroupBy(pair => pair.Note).Select(group => (Note: group.Key, Count: group.Count(), First: group.First().Round)).Take(20).ToList();
        return notes.Count == 0 ? Html.None : Layout.Wide(Html.Of(
            $"""<h3>Remarks</h3><ul>{Html.Join(notes.Select(note => Html.Of($"<li>{note.Note} <small>({(note.Count == 1 ? $"round {note.First}" : $"{Figures.Count(note.Count)} times, first in round {note.First}")})</small></li>")))}</ul>"""));
    }

    private static HeatGrid Empty(List<string> rows, List<string> columns)
    {
        var values = new double[rows.Count, columns.Count];
        for (var row = 0; row < rows.Count; row++)
        {
            for (var column = 0; column < columns.Count; column++)
            {
                values[row, column] = double.NaN;
            }
        }

        return new HeatGrid(rows, columns, values);
    }
}

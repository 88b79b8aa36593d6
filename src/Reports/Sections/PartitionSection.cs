using Distributed.Protocols.Runs;
using Distributed.Reports.Drawing;
using Distributed.Reports.Facts;
using Distributed.Reports.Markup;

namespace Distributed.Reports.Sections;

/// <summary>Who has which data.</summary>
internal static class PartitionSection
{
    private const int MaximumBars = 40;

    public static Html Draw(RunHistory run)
    {
        if (run.Partition is not { } partition || partition.Examples.IsEmpty)
        {
            return Html.None;
        }

        return Layout.Section("Partition", Html.Join([Layout.Wide(Html.Of($"<p>{Summary(partition)}</p>")), Classes(partition), Sizes(partition)]));
    }

    private static string Summary(PartitionRecord partition)
    {
        var sizes = partition.Examples.Order().ToList();
        var empty = sizes.Count(size => size == 0);
        var classes = partition is { Counts: null, Classes: > 0 } ? $" {Figures.Count(partition.Classes)} classes: too many counts to keep, so only the sizes are known." : "";
        return $"{Figures.Many(sizes.Sum(), "training example")} on {Figures.Many(sizes.Count, "client")}: {Figures.Count(sizes[0])} to {Figures.Count(sizes[^1])} each, "
            + $"half of the clients have at most {Figures.Count(sizes[(sizes.Count - 1) / 2])}. {Figures.Many(partition.TestExamples, "test example")}."
            + (empty > 0 ? $" Without any, or not told of by a node: {Figures.Many(empty, "client")}." : "") + classes;
    }

    private static Html Classes(PartitionRecord partition)
    {
        if (partition.Counts is not { } counts)
        {
            return Html.None;
        }

        if (counts.Length <= MaximumBars && partition.Classes <= StackedBars.MaximumParts)
        {
            var (rows, parts) = (Numbers(counts.Length), Numbers(partition.Classes));
            return Layout.Figure(
                StackedBars.Draw("Classes of each client", "Training examples of each client by class.", rows, parts, [.. counts.Select(row => row)]),
                "Classes of each client",
                "Training examples by client; the colours are the classes.",
                Layout.Table("client", [.. parts, "all"], rows, (row, column) => Figures.Count(column < parts.Count ? counts[row][column] : counts[row].Sum())));
        }

        var values = new double[partition.Classes, counts.Length];
        foreach (var (client, row) in counts.Index())
        {
            foreach (var (kind, count) in row.Index())
            {
                values[kind, client] = count;
            }
        }

        var grid = new HeatGrid(Numbers(partition.Classes), Numbers(counts.Length), values);
        return Layout.Heat(
            new("Classes of each client", "Training examples by class and client.", "client", value => Figures.Number(value)),
            grid,
            "class",
            $"Training examples by class and client.{grid.BinNote("classes", "clients")}");
    }

    private static Html Sizes(PartitionRecord partition)
    {
        if (partition.Examples.Length < 2)
        {
            return Html.None;
        }

        List<(double X, double Y)> sorted = [.. partition.Examples.OrderDescending().Index().Select(pair => (pair.Index + 1.0, (double)pair.Item))];
        return Layout.Figure(
            LineChart.Draw(new("Sizes", "Training examples of the clients, the largest first.", "clients, the largest first", value => Figures.Number(value), FromZero: true), [new("examples", sorted)]),
            "Sizes",
            $"Training examples of the clients, the largest first.{Layout.ThinNote(sorted.Count)}");
    }

    private static List<string> Numbers(int count) => [.. Enumerable.Range(0, count).Select(i => $"{i}")];
}

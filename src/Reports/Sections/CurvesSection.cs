using Distributed.Reports.Drawing;
using Distributed.Reports.Facts;
using Distributed.Reports.Markup;


namespace Distributed.Reports.Sections;

/// <summary>Accuracy and loss over the rounds.</summary>
internal static class CurvesSection
{
    public static Html Draw(RunHistory run)
    {
        var accuracy = Points(run, round => round.Accuracy);
        var loss = Points(run, round => round.Loss);
        var training = Points(run, round => round.TrainLoss);
        return Layout.Section("Learning", Html.Join(
        [
            Layout.Figure(
                LineChart.Draw(new("Accuracy", $"Accuracy on the test examples by round. {Best(accuracy)}", "round", value => Figures.Percent(value)), [new("test", accuracy)]),
                "Accuracy",
                $"On the test examples. {Best(accuracy)}{Thinned(run)}"),
            Layout.Figure(
                LineChart.Draw(
                    new("Loss", "Mean loss on the test examples and mean training loss of the clients, by round.", "round", value => Figures.Number(value), FromZero: true),
                    [new("test", loss), new("clients' training", training)]),
                "Loss",
                $"On the test examples, and the clients' own while they train, weighted by examples.{Thinned(run)}"),
            RoundsTable.Draw(run),
        ]));
    }

    private static List<(double X, double Y)> Points(RunHistory run, Func<RoundFacts, double?> value) =>
        [.. run.Rounds.Where(round => value(round) is not null).Select(round => ((double)round.Round, value(round)!.Value))];

    private static string Best(List<(double X, double Y)> points)
    {
        var finite = points.Where(point => double.IsFinite(point.Y)).ToList();
        return finite.Count == 0 ? "" : $"Best {Figures.Percent(finite.Max(point => point.Y))} in round {Figures.Count((long)finite.MaxBy(point => point.Y).X)}.";
    }

    private static string Thinned(RunHistory run) => Layout.ThinNote(run.Rounds.Length);
}

using Distributed.Reports.Drawing;
using Distributed.Reports.Facts;
using Distributed.Reports.Markup;

namespace Distributed.Reports.Sections;

/// <summary>The numbers behind the curves: a row for each round.</summary>
internal static class RoundsTable
{
    /// <summary>Most rows of a table by round.</summary>
    public const int MaximumRows = 500;

    public static Html Draw(RunHistory run) => run.Rounds.IsEmpty ? Html.None : Layout.Wide(Layout.Details(
        run.Rounds.Length > MaximumRows ? $"The last {MaximumRows} of {Figures.Count(run.Rounds.Length)} rounds as a table" : "Rounds as a table",
        Layout.Rows(
            ["Round", "Outcome", "Accuracy", "Loss", "Training loss", "Clients", "Refused", "Dropped", "Time", "Received", "Sent"],
            run.Rounds.TakeLast(MaximumRows).Select(round => (IReadOnlyList<string>)
            [
                $"{round.Round}", round.Outcome, Figures.Percent(round.Accuracy), Figures.Number(round.Loss), Figures.Number(round.TrainLoss),
                $"{round.Clients.Length} / {round.Cohort}", $"{round.Refused}", $"{round.Dropped}", Figures.Duration(round.Seconds), Figures.Bytes(round.BytesUp),
                Figures.Bytes(round.BytesDown),
            ]),
            "num txt num num num num num num num num num")));
}

using Distributed.Reports.Drawing;
using Distributed.Reports.Facts;
using Distributed.Reports.Markup;


namespace Distributed.Reports.Sections;

/// <summary>How long rounds took and what they moved.</summary>
internal static class TimingSection
{
    public static Html Draw(RunHistory run)
    {
        if (run.Rounds.IsEmpty)
        {
            return Html.None;
        }

        List<(double X, double Y)> whole = [.. run.Rounds.Select(round => ((double)round.Round, round.Seconds))];
        List<(double X, double Y)> slowest = [.. run.Rounds.Where(round => round.SlowestClient is not null).Select(round => ((double)round.Round, round.SlowestClient!.Value))];
        var sorted = run.Rounds.Select(round => round.Seconds).Order().ToList();
        return Layout.Section("Time and traffic", Html.Join(
        [
            Layout.Figure(
                LineChart.Draw(
                    new("Seconds of a round", "Seconds of each round, and of the training of its slowest client.", "round", value => Figures.Number(value), FromZero: true),
                    [new("round", whole), new("slowest client's training", slowest)]),
                "Seconds of a round",
                $"From the plan to the commit: median {Figures.Duration(sorted[sorted.Count / 2])}, longest {Figures.Duration(sorted[^1])}.{Layout.ThinNote(whole.Count)}"),
            Traffic(run),
        ]));
    }

    private static Html Traffic(RunHistory run)
    {
        // Round numbers of a unit, which thousands of bytes are not.
        var most = run.Rounds.Max(round => Math.Max(round.BytesUp, round.BytesDown));
        var (unit, size) = most >= 1L << 30 ? ("GiB", 1L << 30) : most >= 1L << 20 ? ("MiB", 1L << 20) : ("KiB", 1L << 10);
        List<(double X, double Y)> Points(Func<RoundFacts, long> bytes) => [.. run.Rounds.Select(round => ((double)round.Round, (double)bytes(round) / size))];
        return Layout.Figure(
            LineChart.Draw(
                new($"{unit} of a round", "Models sent and updates received, by round.", "round", value => Figures.Number(value), FromZero: true),
                [new("updates received", Points(round => round.BytesUp)), new("models sent", Points(round => round.BytesDown))]),
            $"{unit} of a round",
            $"{Figures.Bytes(run.Rounds.Sum(round => round.BytesUp))} received and {Figures.Bytes(run.Rounds.Sum(round => round.BytesDown))} sent in all.{Layout.ThinNote(run.Rounds.Length)}");
    }
}

using Distributed.Reports.Drawing;
using Distributed.Reports.Facts;
using Distributed.Reports.Markup;

namespace Distributed.Reports.Sections;

/// <summary>Updates that were refused, clients that did not report, rounds that were abandoned.</summary>
internal static class AbsencesSection
{
    public static Html Draw(RunHistory run)
    {
        var abandoned = run.Rounds.Where(round => round.Outcome != "committed").ToList();
        if (run.Absences.Total == 0 && abandoned.Count == 0)
        {
            return Layout.Section("Refused and dropped", Layout.Wide(Html.Of($"<p>Nothing: every client of every round is in its model.</p>")));
        }

        return Layout.Section("Refused and dropped", Layout.Wide(Html.Join([Abandoned(abandoned), ByReason(run.Absences), OneByOne(run.Absences)])));
    }

    private static Html Abandoned(List<RoundFacts> rounds) => rounds.Count == 0 ? Html.None : Html.Of(
        $"""
        <p>{Figures.Many(rounds.Count, "round")} abandoned; the model stayed as it was.</p>
        {Layout.Rows(["Round", "Why"], rounds.Take(AbsenceLedger.Listed).Select(round => (IReadOnlyList<string>)[$"{round.Round}", round.Reason ?? Figures.Absent]), "num txt")}
        """);

    private static Html ByReason(AbsenceLedger absences) => absences.Total == 0 ? Html.None : Layout.Rows(
        ["What", "Reason", "Times"], absences.ByReason.Select(row => (IReadOnlyList<string>)[row.Kind, row.Reason, Figures.Count(row.Count)]), "txt txt num");

    private static Html OneByOne(AbsenceLedger absences) => absences.Total == 0 ? Html.None : Layout.Details(
        absences.Total > absences.First.Count ? $"The first {absences.First.Count} of {Figures.Count(absences.Total)} one by one" : "One by one",
        Layout.Rows(
            ["Round", "Client", "What", "Reason"],
            absences.First.Select(row => (IReadOnlyList<string>)[$"{row.Round}", $"{row.Client}", row.Kind, row.Reason]),
            "num num txt txt"));
}

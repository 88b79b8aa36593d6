using Distributed.Coordinator.Tests.Support;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using Distributed.Protocols.Runs;
using Distributed.Reports.Facts;
using Distributed.Reports.Pages;
using Distributed.Reports.Tests.Fixtures;

namespace Distributed.Reports.Tests.Pages;

public sealed partial class ReportPageTests
{
    private const string Report = """
        { "metrics": { "gamma": 0.9375, "coherence": 0.4, "broken": "NaN" }, "notes": ["fell back to the mean"],
          "factors": { "layers": ["fc1.weight", "fc1.bias"], "clients": { "0": [1, -0.5], "1": [0.5, "NaN"] } } }
        """;

    [Fact]
    public void Page_OfARun_ShowsEverything()
    {
        var page = ReportPage.Of(Histories.Of(Histories.Record(1, 3, Report), Histories.Record(2, 3, Report)));

        Assert.Equal(
            ["Accuracy", "Loss", "Client weights", "Factors by layer", "γ", "Coherence", "Classes of each client", "Sizes", "Seconds of a round", "KiB of a round"],
            Drawings(page).Select(svg => svg.Element("title")!.Value));
        Assert.All(Drawings(page), svg => Assert.NotEqual("", svg.Element("desc")!.Value));
        foreach (var text in new[] { "made-up", "completed", "75 %", "libtorch", new string('b', 64), "fell back to the mean", "2 January 2026", "cohort.quorum" })
        {
            Assert.Contains(text, page, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Page_Factors_AreMeansOverTheClients() =>
        Assert.Equal([("fc1.weight", 0.75), ("fc1.bias", -0.5)], RoundFacts.Of(Histories.Record(1, 2, Report)).Factors.Select(factor => (factor.Layer, factor.Mean)));

    [Fact]
    public void Page_StandsAlone()
    {
        var page = ReportPage.Of(Histories.Of(Histories.Record(1, 3, Report)));

        Assert.DoesNotMatch("(?i)<script|<link|<img|<iframe|@import|url\\(|https?://", page);
        Assert.DoesNotContain("NaN", page, StringComparison.Ordinal);
        Assert.Contains("prefers-color-scheme: dark", page, StringComparison.Ordinal);
    }

    [Fact]
    public void Page_TextsOfNodesAndFiles_AreEscaped()
    {
        const string Evil = "<script>alert('x')</script>";
        var record = Histories.Record(1, 2, $$"""{ "metrics": { "{{Evil}}": 1 }, "notes": ["{{Evil}}"], "factors": { "layers": ["{{Evil}}"], "clients": { "0": [1] } } }""") with
        {
            Outcome = "abandoned",
            Reason = Evil,
            Refused = [new RefusedUpdate(1, Evil, Evil, Evil)],
            Dropped = [new DroppedClient(0, Evil)],
        };
        var run = Histories.Of(record) with { RunId = Evil, Ending = new("failed", Evil, Evil, null), Partition = null };

        var page = ReportPage.Of(run);

        Assert.DoesNotContain("<script", page, StringComparison.Ordinal);
        Assert.Contains("&lt;script&gt;", page, StringComparison.Ordinal);
    }

    [Fact]
    public void Page_RefusedAndDropped_AreCountedAndListed()
    {
        var record = Histories.Record(1, 2) with
        {
            Refused = [new RefusedUpdate(1, "node-a", "UPDATE_NOT_FINITE", "NaN in fc1.weight")],
            Dropped = [new DroppedClient(1, "no update before the deadline"), new DroppedClient(0, "no update before the deadline")],
        };

        var ledger = Histories.Of(record).Absences;

        Assert.Equal([("dropped", "no update before the deadline", 2), ("refused", "UPDATE_NOT_FINITE", 1)], ledger.ByReason);
        Assert.Contains("UPDATE_NOT_FINITE: NaN in fc1.weight", ReportPage.Of(Histories.Of(record)), StringComparison.Ordinal);
    }

    [Fact]
    public void Page_OfAThousandClientsAndRounds_StaysSmall()
    {
        var records = Enumerable.Range(1, 1000).Select(round => RoundFacts.Of(Histories.Record(round, 1000)) with
        {
            Shares = [.. Enumerable.Range(0, 1000).Select(client => (float)Math.Abs(Math.Sin((client * 7) + round)))],
        });
        var run = Histories.Of() with
        {
            Rounds = [.. records],
            Partition = new() { Examples = [.. Enumerable.Repeat(10L, 1000)], TestExamples = 1, Classes = 10, Counts = [.. Enumerable.Repeat(System.Collections.Immutable.ImmutableArray.Create(new long[10]), 1000)] },
        };

        var page = ReportPage.Of(run);

        Assert.InRange(page.Length, 10_000, 1_500_000);
        Assert.Contains("A row is the mean of 17 clients. A cell is the mean of 9 rounds.", page, StringComparison.Ordinal);
        Assert.NotEmpty(Drawings(page));
    }

    [Fact]
    public void Page_OfARunThatHasNotEnded_SaysSo()
    {
        using var folder = new TempFolder();
        File.WriteAllText(Path.Combine(folder.Path, "rounds.jsonl"), Histories.Record(1, 2).ToJson() + "\n" + Histories.Record(2, 2).ToJson()[..100]);

        var page = File.ReadAllText(ReportFile.Write(folder.Path));

        Assert.Contains("not ended", page, StringComparison.Ordinal);
        Assert.Contains("The folder has no summary", page, StringComparison.Ordinal);
        Assert.Equal(["report.html", "rounds.jsonl"], Directory.GetFiles(folder.Path).Select(Path.GetFileName).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Page_OfAnEmptyRun_IsAPage() => Assert.Contains("</html>", ReportPage.Of(Histories.Of() with { Spec = null, Partition = null, Ending = null }), StringComparison.Ordinal);

    [Fact]
    public void Read_ABrokenLineInTheMiddle_NamesIt()
    {
        using var folder = new TempFolder();
        File.WriteAllText(Path.Combine(folder.Path, "rounds.jsonl"), Histories.Record(1, 2).ToJson() + "\nbroken\n" + Histories.Record(3, 2).ToJson() + "\n");

        var error = Assert.Throws<InvalidDataException>(() => ReportFile.Write(folder.Path));

        Assert.Contains("rounds.jsonl: line 2 is no round record", error.Message, StringComparison.Ordinal);
    }

    private static List<XElement> Drawings(string page) => [.. Drawing().Matches(page).Select(match => XElement.Parse(match.Value))];

    [GeneratedRegex("""<svg class="chart".*?</svg>(?=<figcaption>)""", RegexOptions.Singleline)]
    private static partial Regex Drawing();
}

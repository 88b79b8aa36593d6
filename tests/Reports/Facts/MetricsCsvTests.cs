using Distributed.Coordinator.Tests.Support;
using Distributed.Reports.Facts;
using Distributed.Reports.Tests.Fixtures;


namespace Distributed.Reports.Tests.Facts;

public sealed class MetricsCsvTests
{
    private const string Fixed = "round,version,outcome,accuracy,loss,train_loss,clients,used,refused,dropped,seconds,bytes_up,bytes_down,fsyncs";

    [Fact]
    public void Write_RoundsWithFigures_HasAColumnForEachOfThem()
    {
        using var folder = new TempFolder();
        var (rounds, csv) = (Path.Combine(folder.Path, "rounds.jsonl"), Path.Combine(folder.Path, "metrics.csv"));
        File.WriteAllLines(rounds,
        [
            Histories.Record(1, 2).ToJson(),
            Histories.Record(2, 2, """{ "metrics": { "gamma": 0.875, "a \"b\", c": 1, "loss": 3, "odd": "NaN" } }""").ToJson(),
        ]);

        MetricsCsv.Write(rounds, csv);

        Assert.Equal(
            string.Concat(
                Fixed + ",\"a \"\"b\"\", c\",gamma,report.loss,odd\r\n",
                "1,1,committed,0.5,1,1.5,2,2,0,0,0.5,1000,2000,0,,,,\r\n",
                "2,2,committed,0.75,0.5,0.75,2,2,0,0,0.5,1000,2000,0,1,0.875,3,NaN\r\n"),
            File.ReadAllText(csv));
    }

    [Fact]
    public void Write_NoRoundsYet_IsTheHeader()
    {
        using var folder = new TempFolder();
        var csv = Path.Combine(folder.Path, "metrics.csv");

        MetricsCsv.Write(Path.Combine(folder.Path, "absent"), csv);

        Assert.Equal(Fixed + "\r\n", File.ReadAllText(csv));
    }
}

using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Nodes;
using Distributed.Protocols.Runs;
using Distributed.Reports.Facts;

namespace Distributed.Reports.Tests.Fixtures;

/// <summary>Runs as reports see them, made up.</summary>
internal static class Histories
{
    public static RoundRecord Record(int round, int clients, string? report = null) => new()
    {
        Round = round,
        Outcome = "committed",
        Version = round,
        ModelHash = new string('a', 64),
        Cohort = [.. Enumerable.Range(0, clients)],
        Used = [.. Enumerable.Range(0, clients).Select(client => new UsedUpdate(client, "node-a", 1.0 / clients, 100, 1.0 / round, 0.25))],
        Refused = [],
        Dropped = [],
        Accuracy = 1 - (0.5 / round),
        Loss = 1.0 / round,
        TrainLoss = 1.5 / round,
        Started = new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero).AddSeconds(round),
        Seconds = 0.5,
        BytesUp = 1000,
        BytesDown = 2000,
        Durable = false,
        Report = report is null ? null : JsonDocument.Parse(report).RootElement,
    };

    public static RunHistory Of(params RoundRecord[] records)
    {
        var absences = new AbsenceLedger();
        Array.ForEach(records, absences.Add);
        return new()
        {
            RunId = "a-run",
            Spec = JsonNode.Parse(RunSpecJson.Write(new() { Kind = "federated", Name = "made-up", Rounds = 20, Data = new() { Source = "none" } })) as JsonObject,
            Ending = new("completed", "", new string('b', 64), 12.5),
            Partition = new() { Examples = [3, 4], TestExamples = 5, Engines = ["libtorch"], Classes = 2, Counts = [[1, 2], [4, 0]] },
            Rounds = [.. records.Select(RoundFacts.Of)],
            Absences = absences,
        };
    }
}

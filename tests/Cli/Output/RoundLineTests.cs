using System.Collections.Immutable;
using Distributed.Cli.Output;
using Distributed.Protocols.Runs;

namespace Distributed.Cli.Tests.Output;

public sealed class RoundLineTests
{
    [Fact]
    public void Line_OfACommittedRound_SaysWhatItReachedAndWhatItCost() =>
        Assert.Equal(
            "round 12/50  loss 0.412  acc 0.873  9/10 clients (1 refused: non-finite)  4.1s  up 31 MiB",
            RoundLine.Of(Record() with { Refused = [new(3, "node", "UPDATE_NON_FINITE", "")], Dropped = [new(3, "refused")] }, 50));

    [Fact]
    public void Line_OfAnAbandonedRound_SaysWhy() =>
        Assert.Equal(
            "round 12/50  abandoned: quorum  9/10 clients (1 dropped)  4.1s  up 31 MiB",
            RoundLine.Of(Record() with { Outcome = "abandoned", Reason = "quorum", Dropped = [new(3, "late")] }, 50));

    [Fact]
    public void Line_WithoutEvaluation_ShowsTheTrainingLoss() =>
        Assert.Contains("train loss 0.700", RoundLine.Of(Record() with { Loss = null, Accuracy = null, TrainLoss = 0.7 }, 50), StringComparison.Ordinal);

    [Fact]
    public void Line_OfALanguageModel_ShowsBitsPerByteOverAllDomains() =>
        Assert.Contains(
            "loss 0.412  bits/byte 2.500  9/10",
            RoundLine.Of(Record() with { Domains = ImmutableSortedDictionary<string, DomainScore>.Empty.Add("code", new(3, 8, 30, 300)).Add("prose", new(2, 4, 30, 300)) }, 50),
            StringComparison.Ordinal);

    private static RoundRecord Record() => new()
    {
        Round = 12,
        Outcome = "committed",
        Version = 12,
        ModelHash = "",
        Cohort = [.. Enumerable.Range(0, 10)],
        Used = [.. Enumerable.Range(0, 9).Select(client => new UsedUpdate(client, "node", 0.1, 10, 0.5, 1))],
        Refused = [],
        Dropped = [],
        Accuracy = 0.8734,
        Loss = 0.4123,
        Started = DateTimeOffset.UnixEpoch,
        Seconds = 4.1,
        BytesUp = 31L * 1024 * 1024,
        BytesDown = 0,
        Durable = true,
    };
}

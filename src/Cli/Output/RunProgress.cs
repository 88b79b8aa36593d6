using Distributed.Protocols.Runs;

namespace Distributed.Cli.Output;

/// <summary>What the rounds of a run add up to, as far as they were seen.</summary>
/// <param name="Rounds">Number of the last round.</param>
/// <param name="Started">Start of the first round.</param>
/// <param name="Ended">Last commit.</param>
/// <param name="Accuracy">Of the last version that was evaluated; null when none was.</param>
/// <param name="Loss">As <paramref name="Accuracy"/>.</param>
internal sealed record RunProgress(int Rounds, DateTimeOffset Started, DateTimeOffset Ended, double? Accuracy, double? Loss)
{
    /// <summary>Before the first round.</summary>
    public static readonly RunProgress None = new(0, default, default, null, null);

    /// <summary>Seconds of training: from the first round's start to the last commit.</summary>
    public double Seconds => (Ended - Started).TotalSeconds;

    /// <summary>With one round more.</summary>
    public RunProgress With(RoundRecord record) => new(
        record.Round,
        Rounds == 0 ? record.Started : Started,
        record.Outcome == "committed" || Rounds == 0 ? record.Started.AddSeconds(record.Seconds) : Ended,
        record.Accuracy ?? Accuracy,
        record.Loss ?? Loss);
}

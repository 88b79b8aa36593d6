using Distributed.Protocols.Runs;

namespace Distributed.Reports.Facts;

/// <summary>Updates that are not in a model, and why: all of them counted by reason, the first of them one by one.</summary>
internal sealed class AbsenceLedger
{
    /// <summary>How many are listed one by one.</summary>
    public const int Listed = 200;

    private const int Reasons = 50;

    private readonly Dictionary<(string Kind, string Reason), int> counts = [];
    private readonly List<Absence> first = [];

    /// <summary>All of them.</summary>
    public int Total { get; private set; }

    /// <summary>The first <see cref="Listed"/>, in order.</summary>
    public IReadOnlyList<Absence> First => first;

    /// <summary>How often for which reason, the most frequent first; what is beyond fifty reasons is counted together.</summary>
    public IEnumerable<(string Kind, string Reason, int Count)> ByReason => counts
        .Select(pair => (pair.Key.Kind, pair.Key.Reason, Count: pair.Value))
        .OrderByDescending(row => row.Count).ThenBy(row => row.Kind, StringComparer.Ordinal).ThenBy(row => row.Reason, StringComparer.Ordinal);

    /// <summary>Takes those of a round.</summary>
    public void Add(RoundRecord record)
    {
        foreach (var refused in record.Refused)
        {
            Add(new(record.Round, refused.Client, "refused", $"{refused.Code}: {refused.Detail}"), refused.Code);
        }

        foreach (var dropped in record.Dropped)
        {
            Add(new(record.Round, dropped.Client, "dropped", dropped.Reason), dropped.Reason);
        }
    }

    private void Add(Absence absence, string reason)
    {
        Total++;
        if (first.Count < Listed)
        {
            first.Add(absence);
        }

        var key = (absence.Kind, reason);
        if (counts.Count >= Reasons && !counts.ContainsKey(key))
        {
            key = (absence.Kind, "other reasons");
        }

        counts[key] = counts.GetValueOrDefault(key) + 1;
    }
}

/// <summary>An update that is not in the model of its round.</summary>
/// <param name="Round">The round.</param>
/// <param name="Client">Whose it was.</param>
/// <param name="Kind"><c>refused</c> or <c>dropped</c>.</param>
/// <param name="Reason">Why.</param>
internal sealed record Absence(int Round, int Client, string Kind, string Reason);

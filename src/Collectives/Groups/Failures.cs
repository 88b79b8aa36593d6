using System.Globalization;

namespace Distributed.Collectives.Groups;

/// <summary>The failures that every kind of group has, in one wording.</summary>
internal static class Failures
{
    internal static GroupFailure Mismatch(int rank, Operation call, int other, Operation otherCall) =>
        new(FailureCode.Mismatch, other, $"the ranks' calls do not fit together: rank {rank} calls {call}, rank {other} {otherCall}");

    internal static GroupFailure Late(IReadOnlyList<int> ranks, Operation call, TimeSpan deadline) => new(
        FailureCode.Deadline, ranks[0],
        string.Create(CultureInfo.InvariantCulture, $"{Names(ranks)} did not come to {call} within {deadline.TotalSeconds:0.###} s"));

    internal static GroupFailure Late(Operation call, TimeSpan deadline) =>
        new(FailureCode.Deadline, -1, string.Create(CultureInfo.InvariantCulture, $"a rank did not come to {call} within {deadline.TotalSeconds:0.###} s"));

    internal static GroupFailure Disconnected(string reason) => new(FailureCode.RankLost, -1, $"a connection to another rank has ended: {reason}");

    internal static GroupFailure Aborted(int rank, string reason) => new(FailureCode.Aborted, rank, $"aborted by rank {rank}: {reason}");

    internal static GroupFailure Left(int rank) => new(FailureCode.RankLost, rank, $"rank {rank} has left the group");

    internal static GroupFailure Died(int rank) => new(FailureCode.RankLost, rank, $"the process of rank {rank} has ended");

    private static string Names(IReadOnlyList<int> ranks) => (ranks.Count == 1 ? "rank " : "ranks ") + string.Join(", ", ranks);
}

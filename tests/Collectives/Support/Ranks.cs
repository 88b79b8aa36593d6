using Distributed.Collectives.Groups;

namespace Distributed.Collectives.Tests.Support;

/// <summary>All ranks of a group, in one process.</summary>
internal sealed class Ranks(IReadOnlyList<IProcessGroup> groups) : IDisposable
{
    internal IProcessGroup this[int rank] => groups[rank];

    internal int Size => groups.Count;

    /// <summary>Every rank's call, all of them at once.</summary>
    internal Task All(Func<IProcessGroup, Task> call) => Task.WhenAll([.. groups.Select(group => Task.Run(() => call(group)))]);

    /// <summary>Every rank's failure; a rank whose call did not fail has none.</summary>
    internal async Task<GroupFailure?[]> Failures(Func<IProcessGroup, Task> call)
    {
        var failures = new GroupFailure?[Size];
        await All(async group =>
        {
            try
            {
                await call(group);
            }
            catch (GroupException e)
            {
                failures[group.Rank] = e.Failure;
            }
        });
        return failures;
    }

    public void Dispose()
    {
        foreach (var group in groups) group.Dispose();
    }
}

using System.Text;
using Distributed.Collectives.Gloo;
using Distributed.Collectives.Groups;
using Distributed.Collectives.SharedMemory;

namespace Distributed.Collectives.Hosts;

/// <summary>Joins the group that fits where the ranks are: shared memory on one host, Gloo between hosts.</summary>
public static class ProcessGroups
{
    /// <summary>Joins a group; ends when all of its ranks have.</summary>
    /// <param name="rendezvous">Through which the ranks tell each other where they are.</param>
    /// <param name="rank">From 0.</param>
    /// <param name="size">The number of ranks.</param>
    /// <param name="host">The same for ranks that share /dev/shm, another for all others.</param>
    /// <param name="address">The name or address under which ranks on other hosts reach this one.</param>
    /// <param name="deadline">From now.</param>
    /// <exception cref="GroupException">The group did not come about.</exception>
    public static async Task<IProcessGroup> JoinAsync(IRendezvous rendezvous, int rank, int size, string host, string address, TimeSpan deadline)
    {
        ArgumentNullException.ThrowIfNull(rendezvous);
        var limit = Deadline.In(deadline, TimeProvider.System);
        using var late = new CancellationTokenSource(deadline);
        IReadOnlyList<byte[]> answers;
        try
        {
            answers = await rendezvous.ExchangeAsync(Encoding.UTF8.GetBytes($"{Guid.NewGuid():N} {host}"), late.Token);
        }
        catch (OperationCanceledException)
        {
            throw new GroupException(Failures.Late(Operation.Barrier, deadline));
        }
        var ranks = answers.Select(Encoding.UTF8.GetString).ToArray();
        var placement = new Placement([.. ranks.Select(text => text[33..])], rank);
        // What a host's first rank has drawn names its group.
        var name = ranks[placement.Local[0]][..32];
        if (placement.Hosts.Count == 1) return await SharedMemoryGroup.JoinAsync(name, rank, size, limit.Rest);

        var world = await GlooGroup.JoinAsync(rendezvous, rank, size, address, limit.Rest);
        return placement.Hosts.Count == size ? world : await HierarchicalGroup.JoinAsync(world, placement, name, rendezvous, address, limit);
    }
}

using System.Globalization;
using System.Runtime.InteropServices;
using Distributed.Collectives.Groups;
using Distributed.Node.Training;
using Distributed.Protocols.Identities;

namespace Distributed.Node.DataParallel;

/// <summary>
/// The first thing that the ranks of a new group do. They compare runs, steps and parameter hashes; whoever is behind the furthest (a joiner, or a survivor that did
/// not see the last step end) gets its model, optimizer state and step from there. Afterwards all replicas are equal.
/// </summary>
internal static class GenerationStart
{
    private const int HashWords = ContentHash.SizeBytes / sizeof(long);
    private const int RowWords = 1 + (2 * HashWords);

    /// <summary>Makes the replicas equal.</summary>
    /// <param name="replica">This rank's.</param>
    /// <param name="run">The hash of what defines the run: the same on every rank, or none starts.</param>
    /// <param name="group">The new group.</param>
    /// <param name="deadline">Of each exchange.</param>
    /// <returns>Whether this rank was behind.</returns>
    /// <exception cref="GroupException">The group is broken.</exception>
    /// <exception cref="TrainingFailedException">Ranks run different things, or hold different parameters of the same step; thrown on every rank.</exception>
    public static bool Align(Replica replica, ContentHash run, IProcessGroup group, TimeSpan deadline)
    {
        var rows = Gather(replica, run, group, deadline);
        var furthest = Enumerable.Range(0, group.Size).MaxBy(rank => rows[rank].Step);
        var first = rows[0].Run;
        for (var rank = 1; rank < group.Size; rank++)
        {
            if (rows[rank].Run != first)
            {
                throw Different($"Rank 0 runs {first}, rank {rank} runs {rows[rank].Run}; a group needs the same run file and data.");
            }
        }

        var (step, _, hash) = rows[furthest];
        for (var rank = 0; rank < group.Size; rank++)
        {
            if (rows[rank].Step == step && rows[rank].Parameters != hash)
            {
                throw Different($"At step {step} rank {furthest} has parameters {hash}, rank {rank} has {rows[rank].Parameters}.");
            }
        }

        var behind = rows[group.Rank].Step < step;
        if (rows.Any(row => row.Step < step))
        {
            var file = Broadcast(group.Rank == furthest ? replica.Save() : [], furthest, group, deadline);
            if (behind)
            {
                replica.Load(file);
            }
        }

        return behind;
    }

    private static (long Step, ContentHash Run, ContentHash Parameters)[] Gather(Replica replica, ContentHash run, IProcessGroup group, TimeSpan deadline)
    {
        var own = GC.AllocateArray<long>(RowWords, pinned: true);
        own[0] = replica.Step;
        run.ToBytes().CopyTo(MemoryMarshal.AsBytes(own.AsSpan(1)));
        replica.ParameterHash().ToBytes().CopyTo(MemoryMarshal.AsBytes(own.AsSpan(1 + HashWords)));
        var all = GC.AllocateArray<long>(RowWords * group.Size, pinned: true);
        Exchange.End(group.AllGatherAsync(Pinned.Of(own), Pinned.Of(all), deadline));
        return [.. all.Chunk(RowWords).Select(row => (row[0], Hash(row, 1), Hash(row, 1 + HashWords)))];

        static ContentHash Hash(long[] row, int at) => ContentHash.FromBytes(MemoryMarshal.AsBytes(row.AsSpan(at, HashWords)));
    }

    private static byte[] Broadcast(byte[] file, int root, IProcessGroup group, TimeSpan deadline)
    {
        var length = GC.AllocateArray<long>(1, pinned: true);
        length[0] = file.Length;
        Exchange.End(group.BroadcastAsync(Pinned.Of(length), root, deadline));
        var words = GC.AllocateArray<long>((int)((length[0] + sizeof(long) - 1) / sizeof(long)), pinned: true);
        file.CopyTo(MemoryMarshal.AsBytes(words.AsSpan()));
        Exchange.End(group.BroadcastAsync(Pinned.Of(words), root, deadline));
        return MemoryMarshal.AsBytes(words.AsSpan())[..(int)length[0]].ToArray();
    }

    private static TrainingFailedException Different(FormattableString what) => new(what.ToString(CultureInfo.InvariantCulture));
}

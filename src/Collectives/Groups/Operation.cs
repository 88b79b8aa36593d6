namespace Distributed.Collectives.Groups;

internal enum OperationKind
{
    Barrier,
    AllReduce,
    Broadcast,
    AllGather,
    ReduceScatter,
    Message,
}

/// <summary>What a rank calls, as far as all ranks must agree on it. Lies in shared memory as it is here.</summary>
/// <param name="Kind">Which operation.</param>
/// <param name="Type">Of the elements.</param>
/// <param name="Reduction">Where there is one.</param>
/// <param name="Root">The rank that broadcasts.</param>
/// <param name="Count">Of elements; for gather and scatter those of one rank.</param>
internal readonly record struct Operation(OperationKind Kind, ElementType Type, Reduction Reduction, int Root, long Count)
{
    internal static Operation Barrier => default;

    internal static Operation AllReduce(Elements buffer, Reduction reduction)
    {
        buffer.Check(nameof(buffer));
        CheckReduction(buffer.Type, reduction);
        return new(OperationKind.AllReduce, buffer.Type, reduction, 0, buffer.Count);
    }

    internal static Operation Broadcast(Elements buffer, int root, int size)
    {
        buffer.Check(nameof(buffer));
        CheckRank(root, size, nameof(root));
        return new(OperationKind.Broadcast, buffer.Type, default, root, buffer.Count);
    }

    internal static Operation AllGather(Elements source, Elements target, int size)
    {
        CheckBlocks(source, nameof(source), target, nameof(target), size);
        return new(OperationKind.AllGather, source.Type, default, 0, source.Count);
    }

    internal static Operation ReduceScatter(Elements source, Elements target, Reduction reduction, int size)
    {
        CheckBlocks(target, nameof(target), source, nameof(source), size);
        CheckReduction(source.Type, reduction);
        return new(OperationKind.ReduceScatter, source.Type, reduction, 0, target.Count);
    }

    internal static Operation Message(Elements buffer, int peer, int rank, int size)
    {
        buffer.Check(nameof(buffer));
        CheckRank(peer, size, nameof(peer));
        if (peer == rank) throw new ArgumentException("a rank neither sends to nor receives from itself", nameof(peer));
        return new(OperationKind.Message, buffer.Type, default, 0, buffer.Count);
    }

    public override string ToString() => Kind switch
    {
        OperationKind.Barrier => "a barrier",
        OperationKind.AllReduce => $"an all-reduce ({Reduction}) of {Count} {Type}",
        OperationKind.Broadcast => $"a broadcast from rank {Root} of {Count} {Type}",
        OperationKind.AllGather => $"an all-gather of {Count} {Type} each",
        OperationKind.ReduceScatter => $"a reduce-scatter ({Reduction}) of {Count} {Type} each",
        _ => $"a message of {Count} {Type}",
    };

    private static void CheckReduction(ElementType type, Reduction reduction)
    {
        if (!Enum.IsDefined(reduction)) throw new ArgumentOutOfRangeException(nameof(reduction), reduction, "no such reduction");
        if (type == ElementType.Int64 && reduction == Reduction.Mean) throw new ArgumentException("the mean of integers is none; reduce to the sum", nameof(reduction));
    }

    private static void CheckBlocks(Elements one, string oneName, Elements all, string allName, int size)
    {
        one.Check(oneName);
        all.Check(allName);
        if (one.Type != all.Type || all.Count != one.Count * size)
            throw new ArgumentException($"{allName} has {all.Count} {all.Type}, where {size} times {one.Count} {one.Type} of {oneName} are wanted", allName);
    }

    private static void CheckRank(int rank, int size, string name)
    {
        if (rank < 0 || rank >= size) throw new ArgumentOutOfRangeException(name, rank, $"ranks are 0 to {size - 1}");
    }
}

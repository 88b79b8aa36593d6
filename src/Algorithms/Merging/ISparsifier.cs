namespace Distributed.Algorithms.Merging;

/// <summary>Decides which of a model's changes are left out of a merge.</summary>
internal interface ISparsifier
{
    /// <summary>How pieces must be cut for it.</summary>
    SweepCut Cut { get; }

    /// <summary>Looks at a model's changes of a tensor, as often as it needs to.</summary>
    IChangeFilter Prepare(TensorSweep tensor, int model);
}

/// <summary>What <see cref="ISparsifier"/> decided for one model and tensor; used by several threads at once.</summary>
internal interface IChangeFilter
{
    /// <summary>Sets changes that are left out to 0.</summary>
    /// <param name="piece">Where they are from.</param>
    /// <param name="changes">The changes of that piece.</param>
    void Apply(MergePiece piece, Span<double> changes);
}

using System.Collections.Immutable;
using Distributed.Algorithms.Tensors;

namespace Distributed.Algorithms.Merging;

/// <summary>Goes through a plan's tensors: large ones by several threads each, runs of small ones by a thread each.</summary>
internal sealed class MergeRun
{
    private readonly MergePlan _plan;
    private readonly ITensorWriter _output;
    private readonly CancellationToken _cancellation;
    private readonly MergeFaults _faults;
    private readonly ImmutableArray<double>[] _measured;

    public MergeRun(MergePlan plan, ITensorWriter output, CancellationToken cancellation)
    {
        _plan = plan;
        _output = output;
        _cancellation = cancellation;
        _faults = new MergeFaults(plan);
        _measured = new ImmutableArray<double>[plan.Tensors.Length];
    }

    /// <summary>The tensors that are merged, to look at before the first of them is made.</summary>
    public IReadOnlyList<TensorSweep> Survey() =>
        [.. Enumerable.Range(0, _plan.Tensors.Length).Where(i => _plan.Tensors[i].Merged > 0).Select(i => Sweep(i, own: null))];

    /// <summary>Makes every tensor; <paramref name="merge"/> makes one that has elements to merge.</summary>
    public MergeReport Each(Action<TensorSweep> merge)
    {
        var small = TensorSweep.PieceElements(_plan);
        for (var first = 0; first < _plan.Tensors.Length && !_faults.Any;)
        {
            var end = first;
            while (end < _plan.Tensors.Length && _plan.Tensors[end].Output.ElementCount <= small) end++;
            if (end > first)
            {
                var start = first;
                BlockWork.Run(end - first, _plan.Input.Limits, () => new MergePiece(), (i, piece) => One(start + i, piece, piece, merge), _cancellation);
                first = end;
            }
            else
            {
                using var piece = new MergePiece();
                One(first++, own: null, piece, merge);
            }
        }
        return _faults.Any ? _faults.Report() : new MergeReport { Outcome = MergeOutcome.Merged, Measured = Measured() };
    }

    private void One(int index, MergePiece? own, MergePiece forRest, Action<TensorSweep> merge)
    {
        var sweep = Sweep(index, own);
        if (sweep.Length > 0) merge(sweep);
        sweep.CopyRest(forRest);
        _measured[index] = sweep.Measured;
    }

    private TensorSweep Sweep(int index, MergePiece? own) => new(_plan, index, _output, _faults, own, _cancellation);

    private ImmutableSortedDictionary<string, ImmutableArray<double>> Measured() =>
        Enumerable.Range(0, _measured.Length).Where(i => !_measured[i].IsDefaultOrEmpty)
            .ToImmutableSortedDictionary(i => _plan.Manifest[i].Name, i => _measured[i], StringComparer.Ordinal);
}

using Distributed.Algorithms.Tensors;

namespace Distributed.Algorithms.Merging.Permutations;

/// <summary>Works the number of units of each permutation out and finds what contradicts it.</summary>
internal sealed class PermutationSizes
{
    private readonly PermutationSpec _spec;
    private readonly TensorManifest _manifest;
    private readonly List<string> _problems = [];

    public PermutationSizes(PermutationSpec spec, TensorManifest manifest)
    {
        ArgumentNullException.ThrowIfNull(manifest);
        (_spec, _manifest) = (spec, manifest);
        foreach (var tensor in spec.Tensors) CheckTensor(tensor);
        foreach (var name in spec.Names) Measure(name);
        foreach (var tensor in spec.Tensors) CheckRoom(tensor);
    }

    public Dictionary<string, int> Found { get; } = new(StringComparer.Ordinal);

    public IReadOnlyList<string> Problems => _problems;

    private void CheckTensor(TensorAxes tensor)
    {
        var name = Printable.Of(tensor.Name);
        if (!_manifest.TryFind(tensor.Name, out var entry))
            _problems.Add($"Tensor {name} of the permutation specification is not in the model.");
        else if (entry.Shape.Length != tensor.Axes.Length)
            _problems.Add($"Tensor {name} is {entry.Describe()}; the permutation specification has {tensor.Axes.Length} axes for it.");
        else if (entry.DType.IsPacked())
            _problems.Add($"Tensor {name} is {entry.Describe()}, whose elements share bytes: it cannot be permuted.");
        foreach (var how in tensor.Axes.SelectMany(axis => axis))
        {
            if (how.Block < 1 || how.Offset < 0 || how.Units < 1)
                _problems.Add($"Tensor {name}: the block and the units of permutation {Printable.Of(how.Permutation)} must be at least 1, its offset at least 0.");
        }
    }

    private void Measure(string permutation)
    {
        AxisUse? first = null;
        foreach (var use in _spec.UsesOf(permutation))
        {
            if (Length(use) is not { } length || use.How.Block < 1 || use.How.Offset < 0) continue;
            var places = length - use.How.Offset;
            var units = use.How.Units ?? (places > 0 && places % use.How.Block == 0 ? places / use.How.Block : -1);
            var name = Printable.Of(use.Tensor.Name);
            if (units < 0)
                _problems.Add($"Tensor {name}: axis {use.Axis} has {length} places, which blocks of {use.How.Block} from {use.How.Offset} on do not fill.");
            else if (units * use.How.Block > places)
                _problems.Add($"Tensor {name}: axis {use.Axis} has {length} places, too few for {units} units of {use.How.Block} from {use.How.Offset} on.");
            else if (first is null)
                (first, Found[permutation]) = (use, (int)units);
            else if (units != Found[permutation])
                _problems.Add($"Tensor {name}: axis {use.Axis} has {units} units of permutation {Printable.Of(permutation)}, {Printable.Of(first.Tensor.Name)} has {Found[permutation]}.");
        }
    }

    private long? Length(AxisUse use) =>
        _manifest.TryFind(use.Tensor.Name, out var entry) && entry.Shape.Length == use.Tensor.Axes.Length ? entry.Shape[use.Axis] : null;

    /// <summary>Entries of one permutation on one axis must not share places: the second would undo or repeat the first.</summary>
    private void CheckRoom(TensorAxes tensor)
    {
        foreach (var axis in tensor.Axes)
        {
            foreach (var of in axis.GroupBy(how => how.Permutation, StringComparer.Ordinal).Where(of => of.Count() > 1))
            {
                if (!Found.TryGetValue(of.Key, out var units)) continue;
                var end = 0L;
                foreach (var how in of.OrderBy(how => how.Offset))
                {
                    if (how.Offset < end) _problems.Add($"Tensor {Printable.Of(tensor.Name)}: permutation {Printable.Of(of.Key)} acts on some places twice.");
                    end = how.Offset + ((long)units * how.Block);
                }
            }
        }
    }
}

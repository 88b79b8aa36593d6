using System.Collections.Immutable;
using Distributed.Algorithms.Aggregation;
using Distributed.Algorithms.Tensors;

namespace Distributed.Algorithms.Merging;

/// <summary>Finds each tensor in all sources: the union of their names, in the order of the first model.</summary>
internal sealed class TensorAlignment
{
    private const int MostProblems = 20;

    private readonly MergeInput _input;
    private readonly ImmutableArray<MergeSource> _sources;
    private readonly int _core;
    private readonly IReadOnlyDictionary<string, Inseparable> _inseparable;
    private readonly TiedTensors _tied;
    private readonly ImmutableArray<PlannedTensor>.Builder _tensors = ImmutableArray.CreateBuilder<PlannedTensor>();
    private readonly List<string> _problems = [];
    private readonly ImmutableArray<string>.Builder _skipped = ImmutableArray.CreateBuilder<string>();

    public TensorAlignment(MergeInput input)
    {
        _input = input;
        _sources = SourcesOf(input);
        _core = input.Models.Length + (input.Base is null ? 0 : 1);
        _inseparable = new InseparableTensors(_sources[.._core]).Find();
        _tied = new TiedTensors(_sources);
    }

    public ImmutableArray<PlannedTensor> Tensors { get; private set; } = [];

    /// <summary>What does not fit, cut where it would fill the screen.</summary>
    public IEnumerable<string> Problems => _problems.Count <= MostProblems
        ? _problems
        : [.. _problems.Take(MostProblems), $"{_problems.Count - MostProblems} more tensors do not fit."];

    public ImmutableArray<string> Skipped => _skipped.ToImmutable();

    /// <summary>All sources in the order in which mergers count them: the models, the base, the models' importances.</summary>
    public static ImmutableArray<MergeSource> SourcesOf(MergeInput input) =>
    [
        .. input.Models,
        .. input.Base is { } origin ? [origin] : Array.Empty<MergeSource>(),
        .. input.Models.Select(m => m.Importance).OfType<MergeSource>(),
    ];

    public void Run()
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var source in _sources)
            foreach (var entry in source.Manifest)
                if (seen.Add(entry.Name)) Align(entry.Name);
        var laidOut = new TensorManifest(_tensors.Select(t => t.Output));
        Tensors = WeightedLayers.Mark([.. _tensors.Select((t, i) => t with { Output = laidOut[i] })]);
    }

    private void Align(string name)
    {
        var found = new List<SourceTensor>();
        var missing = new List<string>();
        for (var i = 0; i < _sources.Length; i++)
        {
            if (_sources[i].Manifest.TryFind(name, out var entry)) found.Add(new SourceTensor(_sources[i], entry));
            else if (_tied.Find(name, _sources[i]) is { } twin) found.Add(Tied(name, twin, _sources[i]));
            // What no gradient trains has no importance.
            else if (i < _core || found[0].Entry.IsTrainable) missing.Add(Printable.Of(_sources[i].Name));
        }
        var first = found[0];
        if (missing.Count > 0)
            Mismatched(first, $"is missing in {string.Join(", ", missing)}");
        else if (found.FirstOrDefault(f => f.Entry.DType.IsFloating() != first.Entry.DType.IsFloating()) is { Model: not null } kind)
            Mismatched(first, Differs(first, kind));
        else if (_inseparable.TryGetValue(name, out var reason))
            Mismatched(first, reason.Why, reason.Remedy);
        else if (found.FirstOrDefault(f => !f.Entry.Shape.AsSpan().SequenceEqual(first.Entry.Shape.AsSpan())) is { Model: not null } shape)
            Reshape(found, shape);
        else
            Add(first, found, first.Entry.ElementCount, first);
    }

    private void Reshape(List<SourceTensor> found, SourceTensor differing)
    {
        var first = found[0];
        var sameRows = first.Entry.DType.IsFloating() && found.All(f =>
            f.Entry.Shape.Length > 0 && f.Entry.Shape.AsSpan()[1..].SequenceEqual(first.Entry.Shape.AsSpan()[Math.Min(1, first.Entry.Shape.Length)..]));
        if (_input.Mismatch != MergeMismatch.SharedRows || !sameRows)
        {
            Mismatched(first, Differs(first, differing));
            return;
        }
        var most = found.MaxBy(f => f.Entry.Shape[0]);
        var shared = found.Min(f => f.Entry.Shape[0]);
        Add(first, found, found.Min(f => f.Entry.ElementCount), most);
        _skipped.Add($"Tensor {Printable.Of(first.Entry.Name)}: rows from {shared} on are those of {Printable.Of(most.Model.Name)}.");
    }

    private SourceTensor Tied(string name, TensorEntry twin, MergeSource source)
    {
        _skipped.Add($"Tensor {Printable.Of(name)} is left out in {Printable.Of(source.Name)}: {Printable.Of(twin.Name)} stands for it, which equals it where both are stored.");
        return new SourceTensor(source, new TensorEntry(name, twin.DType, twin.Shape, twin.IsBuffer) { Offset = twin.Offset });
    }

    private void Mismatched(SourceTensor first, string why, string? remedy = null)
    {
        var name = Printable.Of(first.Entry.Name);
        if (_input.Mismatch != MergeMismatch.Skip)
        {
            _problems.Add(remedy is null ? $"Tensor {name} {why}." : $"Tensor {name} {why}; {remedy}.");
            return;
        }
        _skipped.Add($"Tensor {name} {why}: taken from {Printable.Of(first.Model.Name)}.");
        Add(first, [], 0, first);
    }

    private void Add(SourceTensor first, List<SourceTensor> found, long merged, SourceTensor rest)
    {
        var output = new TensorEntry(first.Entry.Name, first.Entry.DType, rest.Entry.Shape, first.Entry.IsBuffer);
        if (first.Entry.DType.IsFloating())
        {
            _tensors.Add(new PlannedTensor(output, [.. found], merged, rest));
            return;
        }
        // Integers of unknown meaning are never averaged and cut: the first model's stand.
        var isCounter = BufferKinds.IsCounter(output) && found.All(f => f.Entry.DType == output.DType);
        _tensors.Add(new PlannedTensor(output, [.. found], 0, rest) { IsCounter = isCounter });
        if (!isCounter && found.Count > 1 && !TensorBytes.AreEqual(found))
            _skipped.Add($"Tensor {Printable.Of(output.Name)} ({output.DType}) is not averaged and differs between the models: taken from {Printable.Of(rest.Model.Name)}.");
    }

    private static string Differs(SourceTensor one, SourceTensor other) =>
        $"is {one.Entry.Describe()} in {Printable.Of(one.Model.Name)} and {other.Entry.Describe()} in {Printable.Of(other.Model.Name)}";
}

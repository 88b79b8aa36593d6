using Distributed.Algorithms.Tensors;

namespace Distributed.Algorithms.Merging.Matching;

/// <summary>What keeps models from being compared number by number.</summary>
internal static class ModelPairs
{
    private const int MostProblems = 20;

    /// <summary>Tensors that are missing on one side or of another shape or kind.</summary>
    public static IEnumerable<string> Differences(StoredModel one, StoredModel other)
    {
        var differences = All(one, other).ToList();
        return differences.Count <= MostProblems
            ? differences
            : [.. differences.Take(MostProblems), $"{differences.Count - MostProblems} more tensors differ."];
    }

    /// <summary>Numbers that are NaN or infinite.</summary>
    public static IEnumerable<string> NotFinite(StoredModel model)
    {
        if (FiniteScanner.Scan(model.Manifest, model.Data) is { } found)
            yield return $"Tensor {Printable.Of(found.Tensor)} of {Printable.Of(model.Name)} holds NaN or infinite numbers ({found.Count} in the model).";
    }

    private static IEnumerable<string> All(StoredModel one, StoredModel other)
    {
        foreach (var entry in one.Manifest)
        {
            var name = Printable.Of(entry.Name);
            if (!other.Manifest.TryFind(entry.Name, out var theirs))
                yield return $"Tensor {name} of {Printable.Of(one.Name)} is missing in {Printable.Of(other.Name)}.";
            else if (!theirs.Shape.AsSpan().SequenceEqual(entry.Shape.AsSpan()) || theirs.DType.IsFloating() != entry.DType.IsFloating())
                yield return $"Tensor {name} is {entry.Describe()} in {Printable.Of(one.Name)} and {theirs.Describe()} in {Printable.Of(other.Name)}.";
        }
        foreach (var extra in other.Manifest.Where(entry => !one.Manifest.TryFind(entry.Name, out _)))
            yield return $"Tensor {Printable.Of(extra.Name)} of {Printable.Of(other.Name)} is missing in {Printable.Of(one.Name)}.";
    }
}

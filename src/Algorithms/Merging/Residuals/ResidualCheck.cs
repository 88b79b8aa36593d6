using System.Collections.Immutable;
using Distributed.Algorithms.Tensors;

namespace Distributed.Algorithms.Merging.Residuals;

/// <summary>Checks a residual from outside against its base, so that decoding can trust it.</summary>
internal static class ResidualCheck
{
    private const int MostBits = 16;

    public static IEnumerable<string> Problems(MergeSource origin, MergeSource residual, ImmutableArray<ResidualNote> notes)
    {
        var (names, used) = (new HashSet<string>(StringComparer.Ordinal), 0);
        foreach (var note in notes)
        {
            if (!names.Add(note.Name))
                yield return $"{Named(note, residual)} appears twice.";
            else if (note.Form == ResidualForm.Exact ? Exact(note, residual) is { } why : Added(note, origin, residual, out why))
                yield return $"{Named(note, residual)} {why}.";
            else
                used += note.Form switch { ResidualForm.LowRank => note.Rank > 0 ? 2 : 0, _ => 1 };
        }
        foreach (var entry in origin.Manifest)
            if (!names.Contains(entry.Name)) yield return $"Tensor {Printable.Of(entry.Name)} of the base is missing in {Printable.Of(residual.Name)}.";
        if (used < residual.Manifest.Count && names.Count == notes.Length)
            yield return $"{Printable.Of(residual.Name)} holds {residual.Manifest.Count - used} tensors that its notes do not name.";
    }

    private static string Named(ResidualNote note, MergeSource residual) => $"Tensor {Printable.Of(note.Name)} of {Printable.Of(residual.Name)}";

    private static string? Exact(ResidualNote note, MergeSource residual) =>
        !residual.Manifest.TryFind(note.ExactName, out var stored) ? "is not stored"
        : stored.DType != note.Type ? "is stored in another element type" : null;

    private static bool Added(ResidualNote note, MergeSource origin, MergeSource residual, out string? why)
    {
        why = null;
        if (!Enum.IsDefined(note.Form) || !Enum.IsDefined(note.Type) || !note.Type.IsFloating())
            why = "has a form or an element type that is not known";
        else if (!origin.Manifest.TryFind(note.Name, out var entry) || !ResidualMatrix.Fits(entry with { IsBuffer = false }))
            why = "adds to a matrix that the base does not have";
        else if (note.Bits is < 0 or > MostBits || note.Ranges.Any(r => !double.IsFinite(r)))
            why = "has impossible bits or ranges";
        else
            why = note.Form == ResidualForm.Quantized ? Codes(note, entry, residual) : Factors(note, entry, residual);
        return why is not null;
    }

    private static string? Codes(ResidualNote note, TensorEntry entry, MergeSource residual) =>
        note.Bits > 0 && note.Ranges.Length == 2 && Packed(note.CodesName, UniformQuantizer.PackedBytes(entry.ElementCount, note.Bits), residual)
            ? null : "has not the codes that its shape needs";

    private static string? Factors(ResidualNote note, TensorEntry entry, MergeSource residual)
    {
        var (rows, columns) = ResidualMatrix.Sides(entry);
        if (note.Rank < 0 || note.Rank > Math.Min(rows, columns)) return "has an impossible rank";
        if (note.Rank == 0) return null;
        var (first, second) = ((long)rows * note.Rank, (long)note.Rank * columns);
        var fit = note.Bits > 0
            ? note.Ranges.Length == 4 && Packed(note.FactorName(0), UniformQuantizer.PackedBytes(first, note.Bits), residual)
                && Packed(note.FactorName(1), UniformQuantizer.PackedBytes(second, note.Bits), residual)
            : Plain(note.FactorName(0), first, residual) && Plain(note.FactorName(1), second, residual);
        return fit ? null : "has not the factors that its shape and rank need";
    }

    private static bool Packed(string name, long bytes, MergeSource residual) =>
        residual.Manifest.TryFind(name, out var stored) && stored.DType == TensorDType.U8 && stored.ByteLength == bytes && bytes <= Array.MaxLength;

    private static bool Plain(string name, long count, MergeSource residual) =>
        residual.Manifest.TryFind(name, out var stored) && stored.DType.IsFloating() && stored.ElementCount == count
        && stored.ByteLength <= Array.MaxLength && count <= Array.MaxLength / sizeof(double);
}

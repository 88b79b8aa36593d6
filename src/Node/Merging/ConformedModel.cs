using Distributed.Algorithms.Merging;
using Distributed.Algorithms.Tensors;
using static TorchSharp.torch;

namespace Distributed.Node.Merging;

/// <summary>Stored models in the order and the types of a run's.</summary>
internal static class ConformedModel
{
    /// <summary>The model in memory; null when <paramref name="problems"/> got an entry.</summary>
    /// <param name="manifest">The run's tensors.</param>
    /// <param name="stored">The model.</param>
    /// <param name="problems">Receives every tensor that is missing, in excess, or of another shape.</param>
    public static TensorSet? Of(TensorManifest manifest, StoredModel stored, ICollection<string> problems)
    {
        ArgumentNullException.ThrowIfNull(stored);
        ArgumentNullException.ThrowIfNull(problems);
        var found = Misfits(manifest, stored).ToArray();
        foreach (var problem in found)
        {
            problems.Add(problem);
        }

        if (found.Length > 0)
        {
            return null;
        }

        var conformed = new TensorSet(manifest);
        foreach (var entry in manifest)
        {
            var theirs = stored.Manifest[entry.Name];
            var bytes = stored.Data.Read(theirs.Offset, new byte[theirs.ByteLength]);
            if (theirs.DType == entry.DType)
            {
                bytes.CopyTo(conformed.Bytes(entry.Name));
            }
            else
            {
                using var scope = NewDisposeScope();
                var given = empty([.. theirs.Shape], dtype: TypeOf(theirs.DType)!.Value);
                bytes.CopyTo(given.bytes);
                given.to_type(TypeOf(entry.DType)!.Value).bytes.CopyTo(conformed.Bytes(entry.Name));
            }
        }

        return conformed;
    }

    private static IEnumerable<string> Misfits(TensorManifest manifest, StoredModel stored)
    {
        foreach (var entry in manifest)
        {
            if (!stored.Manifest.TryFind(entry.Name, out var theirs))
            {
                yield return $"Tensor {Printable.Of(entry.Name)} of the run's model is missing in {Printable.Of(stored.Name)}.";
            }
            else if (!theirs.Shape.AsSpan().SequenceEqual(entry.Shape.AsSpan()) || theirs.DType.IsFloating() != entry.DType.IsFloating()
                || (theirs.DType != entry.DType && TypeOf(theirs.DType) is null))
            {
                yield return $"Tensor {Printable.Of(entry.Name)} is {entry.Describe()} in the run's model and {theirs.Describe()} in {Printable.Of(stored.Name)}.";
            }
        }

        foreach (var extra in stored.Manifest.Where(entry => !manifest.TryFind(entry.Name, out _)))
        {
            yield return $"Tensor {Printable.Of(extra.Name)} of {Printable.Of(stored.Name)} is not in the run's model.";
        }
    }

    // Null for types that no model here has.
    private static ScalarType? TypeOf(TensorDType type) => type switch
    {
        TensorDType.F32 => ScalarType.Float32,
        TensorDType.F64 => ScalarType.Float64,
        TensorDType.F16 => ScalarType.Float16,
        TensorDType.BF16 => ScalarType.BFloat16,
        TensorDType.I64 => ScalarType.Int64,
        TensorDType.I32 => ScalarType.Int32,
        TensorDType.I16 => ScalarType.Int16,
        TensorDType.I8 => ScalarType.Int8,
        TensorDType.U8 => ScalarType.Byte,
        TensorDType.BOOL => ScalarType.Bool,
        _ => null,
    };
}

using Distributed.Algorithms.Tensors;

namespace Distributed.Algorithms.Merging.Permutations;

/// <summary>Relabels the hidden units of stored models, whatever the types of their tensors; nothing is rounded.</summary>
public static class PermutedModel
{
    /// <summary>Relabels a model in place, with room for its largest permuted tensor besides.</summary>
    /// <param name="spec">Which axis follows which permutation.</param>
    /// <param name="permutations">The permutations.</param>
    /// <param name="model">The model.</param>
    /// <exception cref="ArgumentException">They do not fit the model; <see cref="Problems"/> says why beforehand.</exception>
    public static void Apply(PermutationSpec spec, UnitPermutations permutations, TensorSet model)
    {
        ArgumentNullException.ThrowIfNull(model);
        Refuse(spec, permutations, model.Manifest);
        var room = Array.Empty<byte>();
        foreach (var (entry, maps) in Touched(spec, permutations, model.Manifest))
        {
            var bytes = model.Bytes(entry.Name);
            if (room.Length < bytes.Length) room = new byte[bytes.Length];
            bytes.CopyTo(room);
            TensorGather.Run(room.AsSpan(0, bytes.Length), bytes, entry.Shape.AsSpan(), entry.DType.SizeInBytes(), maps);
        }
    }

    /// <summary>Writes a relabelled copy of a model, tensor by tensor.</summary>
    /// <param name="spec">Which axis follows which permutation.</param>
    /// <param name="permutations">The permutations.</param>
    /// <param name="manifest">The model's tensors, and the copy's.</param>
    /// <param name="model">The model's data.</param>
    /// <param name="output">Takes the copy's; must not be what is read.</param>
    /// <exception cref="ArgumentException">They do not fit the model; <see cref="Problems"/> says why beforehand.</exception>
    public static void Copy(
        PermutationSpec spec, UnitPermutations permutations, TensorManifest manifest, ITensorReader model, ITensorWriter output)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(output);
        Refuse(spec, permutations, manifest);
        var touched = Touched(spec, permutations, manifest).ToDictionary(t => t.Entry.Name, t => t.Maps, StringComparer.Ordinal);
        foreach (var entry in manifest)
        {
            var read = model.Read(entry.Offset, new byte[checked((int)entry.ByteLength)]);
            if (!touched.TryGetValue(entry.Name, out var maps))
            {
                output.Write(entry.Offset, read);
                continue;
            }
            var permuted = new byte[read.Length];
            TensorGather.Run(read, permuted, entry.Shape.AsSpan(), entry.DType.SizeInBytes(), maps);
            output.Write(entry.Offset, permuted);
        }
    }

    /// <summary>What keeps permutations from being applied to a model, as sentences that name the tensor or the permutation.</summary>
    /// <param name="spec">Which axis follows which permutation.</param>
    /// <param name="permutations">The permutations.</param>
    /// <param name="manifest">The model's tensors.</param>
    public static IReadOnlyList<string> Problems(PermutationSpec spec, UnitPermutations permutations, TensorManifest manifest)
    {
        ArgumentNullException.ThrowIfNull(spec);
        ArgumentNullException.ThrowIfNull(permutations);
        var problems = spec.Problems(manifest);
        return problems.Count > 0 ? problems : permutations.Problems(spec.Sizes(manifest));
    }

    private static void Refuse(PermutationSpec spec, UnitPermutations permutations, TensorManifest manifest)
    {
        var problems = Problems(spec, permutations, manifest);
        if (problems.Count > 0) throw new ArgumentException(string.Join(" ", problems), nameof(permutations));
    }

    private static IEnumerable<(TensorEntry Entry, int[]?[] Maps)> Touched(
        PermutationSpec spec, UnitPermutations permutations, TensorManifest manifest) => spec.Tensors
        .Where(tensor => !tensor.IsFixed)
        .Select(tensor => (Entry: manifest[tensor.Name], Maps: AxisMaps.Of(
            tensor, manifest[tensor.Name].Shape.AsSpan(), name => permutations[name].AsMemory())))
        .Where(touched => Array.Exists(touched.Maps, map => map is not null));
}

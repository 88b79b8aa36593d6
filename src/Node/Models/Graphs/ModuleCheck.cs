using System.Globalization;
using System.Runtime.InteropServices;
using Distributed.Algorithms.Merging;
using Distributed.Algorithms.Merging.Graphs;
using Distributed.Algorithms.Merging.Permutations;
using Distributed.Algorithms.Tensors;
using Distributed.Node.Data.Random;
using TorchSharp;
using static TorchSharp.torch;

namespace Distributed.Node.Models.Graphs;

/// <summary>Whether a module with relabelled units computes what it computed before: run, in evaluation mode, with random numbers in every tensor.</summary>
public static class ModuleCheck
{
    /// <summary>Fills a module with random numbers and compares its outputs before and after a random relabelling.</summary>
    /// <param name="model">The module; its tensors are overwritten.</param>
    /// <param name="spec">Which axis follows which permutation.</param>
    /// <param name="outputs">The outputs of the module for at least 8 inputs, always the same ones.</param>
    /// <param name="seed">Seed of the numbers and the permutations.</param>
    /// <exception cref="ArgumentException">The specification does not fit the module.</exception>
    public static PermutationCheck Run(nn.Module model, PermutationSpec spec, Func<nn.Module, IEnumerable<Tensor>> outputs, int seed)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(outputs);
        var state = new ModelState(model);
        var random = new TensorSet(state.Manifest);
        state.Save(random.Data.Span);
        Randomise(random, seed);
        model.eval();
        var tolerance = state.Manifest.Entries.Any(entry => entry.DType == TensorDType.F32) ? PermutationCheck.SinglePrecision : PermutationCheck.DoublePrecision;
        return PermutationCheck.Run(spec, StoredModel.Of(random), Outputs, tolerance, seed);

        double[] Outputs(TensorSet numbers)
        {
            state.Load(numbers.Data.Span);
            using var scope = NewDisposeScope();
            using var mode = no_grad();
            return [.. outputs(model).SelectMany(output => output.to_type(ScalarType.Float64).contiguous().flatten().data<double>().ToArray())];
        }
    }

    // What a module is built with would hide mistakes: scales of 1, shifts and means of 0 look the same wherever they are moved.
    private static void Randomise(TensorSet model, int seed)
    {
        for (var i = 0; i < model.Manifest.Count; i++)
        {
            var entry = model.Manifest[i];
            var stream = new RandomStream(seed, RandomPurpose.GraphCheck, i);
            var (low, high) = Range(entry);
            if (entry.DType == TensorDType.F32)
            {
                foreach (ref var value in MemoryMarshal.Cast<byte, float>(model.Bytes(entry.Name)))
                {
                    value = (float)stream.NextDouble(low, high);
                }
            }
            else if (entry.DType == TensorDType.F64)
            {
                foreach (ref var value in MemoryMarshal.Cast<byte, double>(model.Bytes(entry.Name)))
                {
                    value = stream.NextDouble(low, high);
                }
            }
        }
    }

    // Matrices keep the size of what goes through them; scales and variances are positive.
    private static (double Low, double High) Range(TensorEntry entry)
    {
        if (entry.Shape.Length >= 2)
        {
            var fanIn = entry.Shape.Skip(1).Aggregate(1L, (product, extent) => product * extent);
            var bound = Math.Sqrt(3.0 / Math.Max(1, fanIn));
            return (-bound, bound);
        }

        var last = entry.Name[(entry.Name.LastIndexOf('.') + 1)..];
        return last is "weight" or "running_var" ? (0.5, 1.5) : (-0.5, 0.5);
    }

    /// <summary>A sentence about a check that failed.</summary>
    /// <param name="check">The check.</param>
    internal static string Describe(PermutationCheck check) => string.Create(
        CultureInfo.InvariantCulture, $"with its units relabelled it answers otherwise, by {check.Difference:g3} where {check.Allowed:g3} is rounding");
}

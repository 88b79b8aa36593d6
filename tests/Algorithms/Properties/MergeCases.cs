using Distributed.Algorithms.Merging;
using Distributed.Algorithms.Merging.Methods;
using Distributed.Algorithms.Tensors;
using Distributed.Algorithms.Tests.Merging;
using FsCheck;
using FsCheck.Fluent;

namespace Distributed.Algorithms.Tests.Properties;

/// <summary>Random merges: 2 to 4 models of tensors of several types and shapes, of one piece and of several, and a base.</summary>
internal sealed record MergeCases(int Seed, int Count, int Rows, int Columns)
{
    public static Arbitrary<MergeCases> Any => Arb.From(
        from seed in Gen.Choose(0, int.MaxValue)
        from count in Gen.Choose(2, 4)
        from rows in Gen.Choose(2, 12)
        from columns in Gen.OneOf(Gen.Choose(1, 40), Gen.Choose(1, 6000))
        select new MergeCases(seed, count, rows, columns));

    public TensorManifest Manifest => new(
    [
        new("a.weight", TensorDType.F32, [Rows, Columns]),
        new("a.bias", TensorDType.F64, [Rows + 5]),
        new("b.weight", TensorDType.BF16, [3, 5, 2]),
        new("long", TensorDType.F16, [Columns * 3L]),
        new("n.running_var", TensorDType.F32, [Rows], isBuffer: true),
        new("n.num_batches_tracked", TensorDType.I64, [], isBuffer: true),
    ]);

    public double[] Weights => [.. Enumerable.Range(0, Count).Select(k => 0.25 + new Random(Seed ^ (k * 7919)).NextDouble())];

    public MergeInput Input => Merges.Input(Enumerable.Range(0, Count).Select(Model), Weights, Model(-1));

    /// <summary>The input as the merger takes it: as many models, weights and base as it has use for.</summary>
    public MergeInput For(MergerEntry merger) => Input with
    {
        Models = [.. Input.Models.Take(merger.MostModels).Select(m => merger.TakesWeights ? m : m with { Weight = 1 })],
        Base = merger.Base == BaseModel.None ? null : Input.Base,
        Score = merger.NeedsScore ? Score : null,
    };

    public TensorSet Model(int model)
    {
        var random = new Random(unchecked((Seed * 31) + model));
        var set = new TensorSet(Manifest);
        // Rounded, so that equal magnitudes are common; never -0, which sums lose.
        foreach (ref var x in set.Values<float>("a.weight")) x = MathF.Round((random.NextSingle() - 0.4f) * 64) / 64 + 0f;
        foreach (ref var x in set.Values<double>("a.bias")) x = random.NextDouble() - 0.5;
        foreach (ref var x in set.Values<ushort>("b.weight")) x = (ushort)(BitConverter.SingleToUInt32Bits(random.NextSingle() - 0.5f) >> 16);
        foreach (ref var x in set.Values<Half>("long")) x = (Half)(random.NextSingle() - 0.5f);
        foreach (ref var x in set.Values<float>("n.running_var")) x = random.NextSingle();
        set.Values<long>("n.num_batches_tracked")[0] = random.Next();
        return set;
    }

    /// <summary>Parameters under which the merger has something to do with small tensors.</summary>
    public static MergerParameters Parameters(MergerEntry merger)
    {
        var parameters = (MergerParameters)Activator.CreateInstance(merger.Parameters)!;
        return parameters switch
        {
            TiesParameters p => p with { Density = 0.6 },
            BcwiParameters p => p with { Variant = BcwiVariant.Soup, Alpha = 0.3 },
            // Rows of one number all have cosines of 1 or -1, and soon meet the pole.
            ModelStockParameters p => p with { FilterWise = true, Clamp = true },
            NuSlerpParameters p => p with { Flatten = false },
            BreadcrumbsParameters p => p with { Density = 0.6, Gamma = 0.1, Rescale = MergeRescale.L1 },
            _ => parameters,
        };
    }

    private static double Score(TensorManifest manifest, ITensorReader model) =>
        Norms.Euclidean(new TensorSet(manifest, Copy(manifest, model)).Values<double>("a.bias").ToArray());

    private static byte[] Copy(TensorManifest manifest, ITensorReader model)
    {
        var bytes = new byte[manifest.ByteLength];
        model.Read(0, bytes).CopyTo(bytes);
        return bytes;
    }
}

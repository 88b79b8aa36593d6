using System.Text.Json.Nodes;
using Distributed.Algorithms.Merging;
using Distributed.Algorithms.Merging.Methods;
using Distributed.Algorithms.Tensors;
using Distributed.Algorithms.Tests.Merging;
using Xunit;

namespace Distributed.Algorithms.Tests.Vectors;

public class MergesVectorTests
{
    [Fact]
    public void Linear_Vectors_Agree()
    {
        foreach (var (file, c) in Parts("linear"))
            c.Near(c.Vector("expected"), Run("linear", new LinearParameters { Normalize = Flag(c) }, Input(file, c, origin: false)), "merged");
    }

    [Fact]
    public void Slerp_Vectors_Agree()
    {
        foreach (var file in Files())
        {
            var slerp = file.At("slerp");
            foreach (var c in slerp.All("cases"))
            {
                var parameters = new SlerpParameters { T = c.Number("t"), Threshold = slerp.Number("threshold") };
                c.Near(c.Vector("expected"), Run("slerp", parameters, Merges.Input([Tensor(c.Json["a"]!), Tensor(c.Json["b"]!)])), "merged");
            }
        }
    }

    [Fact]
    public void TaskArithmetic_Vectors_Agree()
    {
        foreach (var (file, c) in Parts("task_arithmetic"))
        {
            var parameters = new TaskArithmeticParameters { Lambda = c.Number("lambda"), Normalize = Flag(c) };
            c.Near(c.Vector("expected"), Run("task-arithmetic", parameters, Input(file, c)), "merged");
        }
    }

    [Fact]
    public void Ties_Vectors_Agree()
    {
        foreach (var (file, c) in Parts("ties"))
        {
            var parameters = new TiesParameters { Density = c.Number("density"), Lambda = c.Number("lambda"), Normalize = Flag(c) };
            c.Near(c.Vector("expected"), Run("ties", parameters, Input(file, c)), "merged");
        }
    }

    [Fact]
    public void PaperTies_Vectors_Agree()
    {
        foreach (var (file, c) in Parts("ties_paper_flat"))
        {
            var parameters = new PaperTiesParameters { Keep = c.Number("keep"), Lambda = c.Number("lambda") };
            c.Near(c.Vector("expected"), Run("ties-paper", parameters, Input(file)), "merged");
        }
    }

    [Fact]
    public void PaperTies_TensorsOfOneModel_AreTrimmedTogether()
    {
        foreach (var (file, c) in Parts("ties_paper_flat"))
        {
            TensorSet Cut(JsonNode node)
            {
                var values = VectorCase.Numbers(node);
                return Models.Of(values[..(values.Length / 10)], values[(values.Length / 10)..(values.Length / 2)], values[(values.Length / 2)..]);
            }

            var parameters = new PaperTiesParameters { Keep = c.Number("keep"), Lambda = c.Number("lambda") };
            var input = Merges.Input(file.Json["models"]!.AsArray().Select(m => Cut(m!)), null, Cut(file.Json["base"]!));
            c.Near(c.Vector("expected"), Run("ties-paper", parameters, input), "merged");
        }
    }

    [Fact]
    public void Dare_VectorsWithTheirMasks_Agree()
    {
        foreach (var (file, c) in Parts("dare"))
        {
            var masks = new Masks(c.Rows("masks"));
            var linear = new DareParameters
            {
                Density = c.Number("density"),
                Rescale = c.Text("rescale") switch { "l1" => MergeRescale.L1, "inv" => MergeRescale.Density, _ => MergeRescale.None },
            };
            var ties = new DareTiesParameters { Density = linear.Density, Rescale = linear.Rescale };
            foreach (var (expected, parameters) in new[]
                { ("expected_linear", linear), ("expected_ties", ties), ("expected_ties_normalized", ties with { Normalize = true }) })
            {
                var (report, model) = Merges.Run(ModelMerge.Align(parameters.Merger(masks), Input(file, c), []));
                Assert.Equal(MergeOutcome.Merged, report.Outcome);
                c.Near(c.Vector(expected), model.Doubles(), expected);
            }
        }
    }

    [Fact]
    public void ModelStock_Vectors_Agree()
    {
        foreach (var file in Files())
        {
            var stock = file.At("model_stock");
            foreach (var c in stock.All("cases"))
            {
                var models = file.Json["models"]!.AsArray().Take(c.Int("models")).Select(m => Tensor(m!));
                var filterWise = (bool)c.Json["filter_wise"]!;
                Check(c, new ModelStockParameters { FilterWise = filterWise }, models, file);
            }
            var negative = stock.At("negative_cosine");
            Check(negative, new ModelStockParameters(), negative.Json["models"]!.AsArray().Select(m => Tensor(m!)), file);
        }

        static void Check(VectorCase c, ModelStockParameters parameters, IEnumerable<TensorSet> models, VectorCase file)
        {
            var (report, model) = Merges.Run("model-stock", parameters, Merges.Input(models, null, Tensor(file.Json["base"]!)));
            c.Near(c.Vector("t"), [.. report.Measured["w"]], "t");
            c.Near(c.Vector("expected"), model.Doubles(), "merged");
        }
    }

    [Theory]
    [InlineData("not_strict", false)]
    [InlineData("strict", true)]
    public void GreedySoup_Vectors_Agree(string field, bool strict)
    {
        foreach (var file in Files())
        {
            var soup = file.At("greedy_soup");
            var c = soup.At(field);
            var target = soup.Vector("target");
            var models = soup.Json["models"]!.AsArray().Select(m => Tensor(m!)).ToList();
            ModelScore score = (manifest, model) => -target.Zip(All(manifest, model), (t, x) => (x - t) * (x - t)).Sum();
            var (report, merged) = Merges.Run("greedy-soup", new GreedySoupParameters { Strict = strict }, Merges.Input(models) with { Score = score });
            Assert.Equal(c.Ints("kept"), report.Kept);
            Assert.Equal(c.Ints("order"), report.Steps.Select(s => s.Model).Prepend(report.Kept[0]));
            Assert.Equal(c.Json["log"]!.AsArray().Select(l => (bool)l!["accepted"]!), report.Steps.Select(s => s.Accepted));
            // A score is a sum over all numbers, in an order of its own.
            var scores = c with { Relative = 1e-10 };
            scores.Near([.. c.Json["log"]!.AsArray().Select(l => (double)l!["score"]!)], [.. report.Steps.Select(s => s.Score)], "scores");
            c.Near(c.Vector("expected"), merged.Doubles(), "merged");
            scores.Near(c.Number("score"), score(merged.Manifest, merged), "score");
            c.Near(soup.Vector("uniform"), Run("uniform-soup", new UniformSoupParameters(), Merges.Input(models)), "uniform");

            var twins = Merges.Input([models[0], models[0]]) with { Score = score };
            Assert.Equal(c.Ints("kept_of_two_identical"), Merges.Run("greedy-soup", new GreedySoupParameters { Strict = strict }, twins).Report.Kept);
        }
    }

    [Fact]
    public void Ema_Vectors_Agree()
    {
        foreach (var file in Files())
        {
            var c = file.At("ema");
            var sequence = c.Json["sequence"]!.AsArray().Select(m => Tensor(m!)).ToList();
            var parameters = new EmaParameters { Decay = c.Number("decay") };
            for (var n = 2; n <= sequence.Count; n++)
            {
                c.Near(c.Rows("from_first")[n - 2], Run("ema", parameters, Merges.Input(sequence.Take(n))), $"from first, {n}");
                c.Near(c.Rows("bias_corrected")[n - 1], Run("ema", parameters with { BiasCorrection = true }, Merges.Input(sequence.Take(n))), $"corrected, {n}");
            }
        }
    }

    [Fact]
    public void Bcwi_Vectors_Agree()
    {
        foreach (var file in Files())
        {
            var bcwi = file.At("bcwi");
            TensorSet Part(string field) => Tensor(bcwi.Json[field]!);
            var plain = Merges.Input([Part("old"), Part("new")]);
            var fisher = plain with
            {
                Models =
                [
                    plain.Models[0] with { Importance = Merges.Source(Part("fisher_old")) },
                    plain.Models[1] with { Importance = Merges.Source(Part("fisher_new")) },
                ],
            };
            var soup = Merges.Input([Part("old"), .. file.Json["models"]!.AsArray().Select(m => Tensor(m!))]);
            foreach (var c in bcwi.All("cases"))
            {
                var parameters = new BcwiParameters { Alpha = c.Number("alpha") };
                c.Near(c.Vector("plain"), Run("bcwi", parameters, plain), "plain");
                c.Near(c.Vector("fisher"), Run("bcwi", parameters with { Variant = BcwiVariant.Fisher }, fisher), "fisher");
                c.Near(c.Vector("soup"), Run("bcwi", parameters with { Variant = BcwiVariant.Soup }, soup), "soup");
            }
            var flips = bcwi.At("flips");
            var point = FlipCurve.Measure(0, flips.Ints("labels"), flips.Ints("old"), flips.Ints("new"));
            flips.Near(flips.Number("negative_flip_rate"), point.NegativeFlips, "negative flips");
        }
    }

    [Fact]
    public void RobustSignature_Vectors_Agree()
    {
        foreach (var file in Files())
        {
            var c = file.At("robust_signature");
            var input = Merges.Input([Tensor(c.Json["clean"]!), Tensor(c.Json["corrupted"]!)], null, Tensor(c.Json["pretrained"]!));
            c.Near(c.Vector("signature"), Run("robust-signature", new RobustSignatureParameters { Output = SignatureOutput.Signature }, input), "signature");
            c.Near(c.Vector("patched_half"), Run("robust-signature", new RobustSignatureParameters { Strength = 0.5 }, input), "patched");
        }
    }

    /// <summary>Merges agree to 1e-12 absolute in double precision.</summary>
    internal static IEnumerable<VectorCase> Files() => VectorFile.Whole("merging", "merges").Select(file => file with { Relative = 0, Absolute = 1e-12 });

    internal static TensorSet Tensor(JsonNode node) => Merges.Model(VectorCase.Numbers(node), VectorCase.Shape(node));

    private static IEnumerable<(VectorCase File, VectorCase Case)> Parts(string field) => Files().SelectMany(file => file.All(field).Select(c => (file, c)));

    private static MergeInput Input(VectorCase file, VectorCase? weighted = null, bool origin = true) => Merges.Input(
        file.Json["models"]!.AsArray().Select(m => Tensor(m!)), weighted?.Vector("weights"), origin ? Tensor(file.Json["base"]!) : null);

    private static bool Flag(VectorCase c) => (bool)c.Json["normalize"]!;

    private static double[] Run(string name, MergerParameters parameters, MergeInput input) => Merges.Values(name, parameters, input);

    private static double[] All(TensorManifest manifest, ITensorReader model)
    {
        var copy = new TensorSet(manifest);
        model.Read(0, copy.Data.Span).CopyTo(copy.Data.Span);
        return copy.Doubles();
    }

    /// <summary>Masks from the file instead of random ones.</summary>
    private sealed class Masks(double[][] masks) : ISparsifier
    {
        public SweepCut Cut => SweepCut.Anywhere;

        public IChangeFilter Prepare(TensorSweep tensor, int model) => new Filter(masks[model]);

        private sealed class Filter(double[] mask) : IChangeFilter
        {
            public void Apply(MergePiece piece, Span<double> changes)
            {
                for (var i = 0; i < changes.Length; i++) changes[i] *= mask[piece.First + i];
            }
        }
    }
}

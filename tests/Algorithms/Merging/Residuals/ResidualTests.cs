using System.Collections.Immutable;
using Distributed.Algorithms.Merging;
using Distributed.Algorithms.Merging.Residuals;
using Distributed.Algorithms.Tensors;
using FsCheck;
using FsCheck.Fluent;
using Xunit;

namespace Distributed.Algorithms.Tests.Merging.Residuals;

public class ResidualTests
{
    [Fact]
    public void Decomposition_AnyShape_IsTheBestOfEachRank() => Check((seed, rows, columns) =>
    {
        var matrix = Draw(seed, rows * columns);
        var decomposition = new MatrixDecomposition(matrix, rows, columns);
        for (var rank = 0; rank <= Math.Min(rows, columns); rank++)
        {
            var (a, b) = decomposition.Factors(rank);
            // Eckart-Young: the error is what the dropped singular values say, and no factors near these do better.
            var best = Distance(matrix, a, b, rows, columns, rank);
            if (Math.Abs(best - decomposition.Error(rank)) > 1e-10) return false;
            for (var attempt = 0; rank > 0 && attempt < 5; attempt++)
            {
                var other = Draw(seed + attempt, a.Length).Zip(a, (e, x) => x + (0.01 * e)).ToArray();
                if (Distance(matrix, other, b, rows, columns, rank) < best - 1e-10) return false;
            }
        }
        return true;
    });

    [Fact]
    public void RoundTrip_MixedModel_IsExactWhereItIsNotLowRank()
    {
        var (origin, tuned) = (Tests.Models.Mixed(1), Tests.Models.Mixed(2));
        var (encoding, decoded) = StoredResiduals.RoundTrip(origin, tuned, new ResidualParameters { Rule = RankRule.Fixed, Rank = 1 });
        Assert.Equal(tuned.Manifest, decoded.Manifest);
        Assert.Equal(["conv.weight"], encoding.Layers.Where(l => l.Form != ResidualForm.Exact).Select(l => l.Tensor.Name));
        foreach (var entry in tuned.Manifest.Where(t => t.Name != "conv.weight"))
            Assert.True(tuned.Bytes(entry.Name).SequenceEqual(decoded.Bytes(entry.Name)), entry.Name);
        // The kernel as 4 x 9: rank 1 takes 13 numbers of 36.
        var layer = encoding.Layers[0];
        Assert.Equal((1, 13 * 4L), (layer.Rank, layer.Bytes));
        var error = Math.Sqrt(tuned.Values<float>("conv.weight").ToArray().Zip(decoded.Values<float>("conv.weight").ToArray(), (x, y) => Math.Pow(x - y, 2)).Sum());
        Assert.Equal(layer.Error, error, 1e-6);
        Assert.InRange(layer.Error, 1e-3, layer.Norm);
    }

    [Fact]
    public void RoundTrip_UntouchedModel_TakesNothingForMatrices()
    {
        var model = Merges.Model(Draw(1, 60), 6, 10);
        var (encoding, decoded) = StoredResiduals.RoundTrip(model, model, new ResidualParameters { Bits = 4 });
        Assert.Equal((0, 0L), (encoding.Layers[0].Rank, encoding.Layers[0].Bytes));
        Assert.Equal(model.Doubles(), decoded.Doubles());
    }

    [Theory]
    [InlineData(2)]
    [InlineData(5)]
    [InlineData(8)]
    [InlineData(16)]
    public void RoundTrip_InBits_LosesAtMostHalfAStep(int bits)
    {
        // Of a rank that saves nothing: the residual itself is stored, number by number.
        var (origin, tuned) = (Merges.Model(Draw(1, 35), 5, 7), Merges.Model(Draw(2, 35), 5, 7));
        var (encoding, decoded) = StoredResiduals.RoundTrip(origin, tuned, new ResidualParameters { Energy = 1, Bits = bits });
        Assert.Equal((ResidualForm.Quantized, UniformQuantizer.PackedBytes(35, bits)), (encoding.Layers[0].Form, encoding.Layers[0].Bytes));
        var residual = tuned.Doubles().Zip(origin.Doubles(), (t, o) => t - o).ToArray();
        var step = (residual.Max() - residual.Min()) / ((1 << bits) - 1);
        Assert.All(tuned.Doubles().Zip(decoded.Doubles()), p => Assert.True(Math.Abs(p.First - p.Second) <= (step / 2) + 1e-12));
    }

    [Fact]
    public void RoundTrip_LowRankInBits_StaysNearItsReportedError()
    {
        var (origin, tuned) = (Merges.Model(new double[600], 30, 20), Merges.Model(RankTwo(30, 20), 30, 20));
        var (encoding, decoded) = StoredResiduals.RoundTrip(origin, tuned, new ResidualParameters { Energy = 0.9999, Bits = 8 });
        var layer = encoding.Layers[0];
        Assert.Equal((ResidualForm.LowRank, 2, 100L), (layer.Form, layer.Rank, layer.Bytes));
        Assert.Equal(layer.Error, Norms.Euclidean([.. tuned.Doubles().Zip(decoded.Doubles(), (t, d) => t - d)]), 1e-9);
        Assert.InRange(layer.Error / layer.Norm, 0, 0.02);
    }

    [Fact]
    public void ForBytes_Budget_GoesWhereItKeepsMost()
    {
        double[][] values = [[10, 1, 0], [6, 5, 4]];
        // 100 for 4 bytes, then 36, 25 and 16 for 1, then 1 for 4.
        int[] Spent(long budget, params int[] most) => RankAllocation.ForBytes(values, [4, 1], most.Length == 0 ? [3, 3] : most, budget);
        Assert.Equal([0, 0], Spent(0));
        Assert.Equal([0, 1], Spent(1));
        Assert.Equal([0, 3], Spent(4));
        Assert.Equal([1, 2], Spent(6));
        Assert.Equal([1, 3], Spent(10));
        Assert.Equal([2, 3], Spent(11));
        Assert.Equal([2, 3], Spent(1000));
        Assert.Equal([1, 1], Spent(1000, 1, 1));
    }

    [Fact]
    public void Encode_ByBytes_KeepsToThem()
    {
        var manifest = new TensorManifest([new("a", TensorDType.F32, [40, 20]), new("b", TensorDType.F32, [10, 80]), new("bias", TensorDType.F32, [40])]);
        var (origin, tuned) = (new TensorSet(manifest), new TensorSet(manifest));
        var random = new Random(3);
        foreach (ref var x in tuned.Values<float>("a")) x = random.NextSingle();
        foreach (ref var x in tuned.Values<float>("b")) x = random.NextSingle() / 10;
        foreach (var (bits, bytes) in new[] { (0, 2000L), (4, 500L), (0, 0L) })
        {
            var parameters = new ResidualParameters { Rule = RankRule.Bytes, Bytes = bytes, Bits = bits };
            var encoding = ResidualEncoder.Encode(Merges.Source(origin), Merges.Source(tuned), parameters);
            var spent = encoding.Layers.Where(l => l.Form == ResidualForm.LowRank).ToList();
            Assert.InRange(spent.Sum(l => l.Bytes), bytes == 0 ? 0 : bytes / 2, bytes + 2);
            Assert.True(spent[0].Rank >= spent[1].Rank);
        }
    }

    [Fact]
    public void Encode_Threads_ChangeNoBit()
    {
        var (origin, tuned) = (Tests.Models.Mixed(1), Tests.Models.Mixed(2));
        byte[] Bytes(int threads)
        {
            var encoding = ResidualEncoder.Encode(
                Merges.Source(origin), Merges.Source(tuned), new ResidualParameters { Bits = 8 }, new() { Parallelism = threads });
            using var file = new MemoryStream();
            Safetensors.Write(file, encoding.Manifest, encoding.Data, encoding.Metadata);
            return file.ToArray();
        }

        Assert.Equal(Bytes(1), Bytes(7));
    }

    [Fact]
    public void Encode_OtherTensorsOrNumbersThatAreNotFinite_AreRefusedByName()
    {
        var (a, b) = (Merges.Model(Draw(1, 6), 2, 3), Merges.Model(Draw(1, 6), 3, 2));
        IEnumerable<string> Problems(TensorSet origin, TensorSet tuned) =>
            ResidualEncoder.Encode(Merges.Source(origin, name: "base"), Merges.Source(tuned, name: "tuned"), new ResidualParameters()).Problems;
        Assert.Equal(["Tensor 'w' is F64[3, 2] in 'tuned' and F64[2, 3] in 'base'."], Problems(a, b));
        var bad = Merges.Model([1, 2, 3, double.NaN, 5, 6], 2, 3);
        Assert.Equal(["Tensor 'w' of 'tuned' holds NaN or infinite numbers."], Problems(a, bad));
        Assert.Equal(["Tensor 'w' of 'base' holds NaN or infinite numbers."], Problems(bad, a));
    }

    [Fact]
    public void Decoder_NotesThatDoNotFit_AreRefused()
    {
        var (origin, tuned) = (Merges.Model(new double[600], 30, 20), Merges.Model(RankTwo(30, 20), 30, 20));
        var (_, header, stored) = StoredResiduals.Store(origin, tuned, new ResidualParameters { Bits = 8 });
        var text = header.Metadata["distributed.residual"];
        Assert.Empty(Problems(text));
        foreach (var (from, to) in new[]
        {
            ("\"rank\":2", "\"rank\":3"), ("\"rank\":2", "\"rank\":-1"), ("\"rank\":2", "\"rank\":2000000000"), ("\"bits\":8", "\"bits\":7"),
            ("\"bits\":8", "\"bits\":64"), ("\"bits\":8", "\"bits\":0"), ("\"name\":\"w\"", "\"name\":\"v\""), ("\"LowRank\"", "\"Exact\""),
            ("\"LowRank\"", "\"Quantized\""), ("\"LowRank\"", "9"), ("\"F64\"", "\"I64\""), ("\"ranges\":[", "\"ranges\":[1,"), ("[{", "{"), ("[{", "[null,{"),
        })
        {
            var changed = text.Replace(from, to, StringComparison.Ordinal);
            Assert.NotEqual(text, changed);
            Assert.True(Problems(changed).Any(), $"{from} -> {to}");
        }
        Assert.NotEmpty(Problems("[]"));
        Assert.NotEmpty(Problems(text.Replace("}]", "}," + text[1..], StringComparison.Ordinal)));
        Assert.NotEmpty(new ResidualDecoder(Merges.Source(origin), new MergeSource("r", header.Manifest, stored), ImmutableDictionary<string, string>.Empty).Problems);

        IEnumerable<string> Problems(string notes) => new ResidualDecoder(
            Merges.Source(origin), new MergeSource("r", header.Manifest, stored), header.Metadata.SetItem("distributed.residual", notes)).Problems;
    }

    [Fact]
    public void Decoder_FactorsThatAreNotFinite_NameTheTensor()
    {
        var (origin, tuned) = (Merges.Model(new double[600], 30, 20), Merges.Model(RankTwo(30, 20), 30, 20));
        var (_, header, stored) = StoredResiduals.Store(origin, tuned, new ResidualParameters());
        stored.Values<double>("a/w")[3] = double.NaN;
        var decoder = new ResidualDecoder(Merges.Source(origin), new MergeSource("r", header.Manifest, stored), header.Metadata);
        var report = decoder.Write(new TensorSet(decoder.Manifest));
        Assert.Equal((MergeOutcome.NonFinite, "Tensor 'w' would not be finite."), (report.Outcome, report.Reason));
    }

    private static void Check(Func<int, int, int, bool> property)
    {
        var cases = Gen.Choose(0, int.MaxValue - 10).SelectMany(seed => Gen.Choose(1, 14).SelectMany(rows => Gen.Choose(1, 14).Select(columns => (seed, rows, columns))));
        Prop.ForAll(Arb.From(cases), c => property(c.seed, c.rows, c.columns)).Check(Config.QuickThrowOnFailure.WithMaxTest(40));
    }

    private static double Distance(double[] matrix, double[] a, double[] b, int rows, int columns, int rank)
    {
        var sum = 0.0;
        for (var i = 0; i < rows; i++)
        {
            for (var j = 0; j < columns; j++)
            {
                var x = matrix[(i * columns) + j];
                for (var r = 0; r < rank; r++) x -= a[(i * rank) + r] * b[(r * columns) + j];
                sum += x * x;
            }
        }
        return Math.Sqrt(sum);
    }

    private static double[] RankTwo(int rows, int columns)
    {
        var (a, b) = (Draw(5, rows * 2), Draw(6, columns * 2));
        return [.. Enumerable.Range(0, rows * columns).Select(i => (a[i / columns] * b[i % columns]) + (a[rows + (i / columns)] * b[columns + (i % columns)]))];
    }

    private static double[] Draw(int seed, int count)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, count).Select(_ => random.NextDouble() - 0.5)];
    }
}

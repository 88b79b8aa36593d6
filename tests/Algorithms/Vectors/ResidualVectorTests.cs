using System.Globalization;
using Distributed.Algorithms.Merging.Residuals;
using Distributed.Algorithms.Tensors;
using Distributed.Algorithms.Tests.Merging.Residuals;
using Xunit;

namespace Distributed.Algorithms.Tests.Vectors;

public class ResidualVectorTests
{
    [Fact]
    public void LowRank_Vectors_Agree()
    {
        foreach (var c in Files())
        {
            var decomposition = Residual(c).Decompose();
            c.Near(c.Vector("singular_values"), decomposition.SingularValues, "singular values");
            foreach (var one in c.All("cases"))
            {
                var rank = one.Int("rank");
                one.Near(one.Number("error_frobenius"), decomposition.Error(rank), "error");
                one.Near(one.Vector("reconstruction"), Rebuilt(c, decomposition, rank), "reconstruction");
                // Of a rank that saves nothing no factors are stored.
                if (rank > RankAllocation.MostThatSaves(decomposition.Rows, decomposition.Columns)) continue;
                var parameters = new ResidualParameters { Rule = RankRule.Fixed, Rank = rank };
                var (encoding, decoded) = StoredResiduals.RoundTrip(Tensor(c, "base"), Tensor(c, "tuned"), parameters);
                one.Near(one.Vector("reconstruction"), decoded.Doubles(), "reconstruction from a file");
                one.Near(one.Number("error_frobenius"), encoding.Layers[0].Error, "measured error");
            }
            foreach (var (share, rank) in c.Json["rank_for_energy"]!.AsObject())
                Assert.Equal((int)rank!, RankAllocation.ForEnergy(decomposition.SingularValues, double.Parse(share, CultureInfo.InvariantCulture)));
        }
    }

    [Fact]
    public void Quantizer_Vectors_Agree()
    {
        foreach (var file in Files())
        {
            var c = file.At("quant4");
            var values = Residual(file).Values;
            var quantized = UniformQuantizer.Encode(values, 4);
            c.Near(c.Number("low"), quantized.Low, "low");
            c.Near(c.Number("step"), quantized.Step, "step");
            Assert.Equal(c.Ints("codes"), Enumerable.Range(0, values.Length).Select(i => quantized.Code(i)));
            var decoded = new double[values.Length];
            quantized.Decode(decoded);
            c.Near(c.Vector("dequantized"), decoded, "dequantized");
        }
    }

    private static IEnumerable<VectorCase> Files() => MergesVectorTests.Files().Select(file => file.At("residual"));

    private static TensorSet Tensor(VectorCase c, string field) => MergesVectorTests.Tensor(c.Json[field]!);

    private static double[] Rebuilt(VectorCase c, MatrixDecomposition decomposition, int rank)
    {
        var (values, (a, b)) = (c.Vector("base"), decomposition.Factors(rank));
        for (var i = 0; i < decomposition.Rows; i++)
            LowRankRow.Add(a.AsSpan(i * rank, rank), b, values.AsSpan(i * decomposition.Columns, decomposition.Columns));
        return values;
    }

    private static ResidualMatrix Residual(VectorCase c)
    {
        var shape = c.Shape("base");
        return new([.. c.Vector("tuned").Zip(c.Vector("base"), (t, b) => t - b)], (int)shape[0], (int)shape[1]);
    }
}

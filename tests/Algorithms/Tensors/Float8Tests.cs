using Distributed.Algorithms.Tensors;
using Xunit;

namespace Distributed.Algorithms.Tests.Tensors;

public class Float8Tests
{
    public static TheoryData<TensorDType> Types => [TensorDType.F8_E4M3, TensorDType.F8_E5M2];

    [Theory]
    [MemberData(nameof(Types))]
    public void WidenThenNarrow_EveryFiniteCode_GivesItBack(TensorDType type)
    {
        var codes = Enumerable.Range(0, 256).Select(code => (byte)code).Where(code => FiniteScanner.CountIn(type, [code]) == 0).ToArray();
        Assert.Equal(type == TensorDType.F8_E4M3 ? 254 : 248, codes.Length);
        Assert.Equal(codes, Narrowed(type, Widened(type, codes)));
    }

    // Figures of the formats' paper.
    [Theory]
    [InlineData(TensorDType.F8_E4M3, 0x7E, 448)]
    [InlineData(TensorDType.F8_E4M3, 0x08, 0.015625)]
    [InlineData(TensorDType.F8_E4M3, 0x01, 0.001953125)]
    [InlineData(TensorDType.F8_E4M3, 0xB8, -1)]
    [InlineData(TensorDType.F8_E5M2, 0x7B, 57344)]
    [InlineData(TensorDType.F8_E5M2, 0x04, 0.00006103515625)]
    [InlineData(TensorDType.F8_E5M2, 0x01, 0.0000152587890625)]
    [InlineData(TensorDType.F8_E5M2, 0x7C, double.PositiveInfinity)]
    public void Widen_KnownCodes_GiveTheirNumbers(TensorDType type, byte code, double value) => Assert.Equal([value], Widened(type, [code]));

    [Theory]
    [MemberData(nameof(Types))]
    public void Narrow_BetweenTwoNumbers_TakesTheNearerAndOfTwoTheEvenOne(TensorDType type)
    {
        for (var code = 0; FiniteScanner.CountIn(type, [(byte)(code + 1)]) == 0; code++)
        {
            var ends = Widened(type, [(byte)code, (byte)(code + 1)]);
            var middle = (ends[0] + ends[1]) / 2;
            var even = code % 2 == 0 ? code : code + 1;
            Assert.Equal([(byte)code, (byte)even, (byte)(code + 1)], Narrowed(type, Math.BitDecrement(middle), middle, Math.BitIncrement(middle)));
            Assert.Equal([(byte)(even | 0x80)], Narrowed(type, -middle));
        }
    }

    [Theory]
    [InlineData(TensorDType.F8_E4M3, 0x7E)]
    [InlineData(TensorDType.F8_E5M2, 0x7B)]
    public void Narrow_BeyondTheLargest_GivesTheLargestAndNaNStaysOne(TensorDType type, byte largest)
    {
        Assert.Equal([largest, (byte)(largest | 0x80)], Narrowed(type, 1e9, double.NegativeInfinity));
        Assert.True(double.IsNaN(Widened(type, Narrowed(type, double.NaN))[0]));
    }

    private static double[] Widened(TensorDType type, params byte[] codes)
    {
        var wide = new double[codes.Length];
        Elements.Widen(type, codes, wide);
        return wide;
    }

    private static byte[] Narrowed(TensorDType type, params double[] wide)
    {
        var codes = new byte[wide.Length];
        Elements.Narrow(type, wide, 1, codes);
        return codes;
    }
}

using Distributed.Collectives.Groups;
using Distributed.Collectives.Reductions;
using Distributed.Collectives.Tests.Support;

namespace Distributed.Collectives.Tests.Reductions;

public sealed class ReducerTests
{
    [Theory]
    [InlineData(0x3f800000u, 0x3f80)]
    [InlineData(0x3f808000u, 0x3f80)]
    [InlineData(0x3f808001u, 0x3f81)]
    [InlineData(0x3f818000u, 0x3f82)]
    [InlineData(0x7f7fffffu, 0x7f80)]
    [InlineData(0xff800000u, 0xff80)]
    [InlineData(0x7f800001u, 0x7fc0)]
    [InlineData(0x80000000u, 0x8000)]
    public void Narrow_EveryLane_RoundsToNearestEven(uint bits, int expected)
    {
        // So many that some go through vectors and some do not.
        var source = Enumerable.Repeat(BitConverter.UInt32BitsToSingle(bits), 70).ToArray();
        var target = new ushort[70];
        BFloat16.Narrow(source, target);

        Assert.All(target, value => Assert.Equal(expected, value));
    }

    [Fact]
    public void Narrow_OfWidened_IsTheSameForEveryNumber()
    {
        var all = Enumerable.Range(0, 65536).Select(bits => (ushort)bits).ToArray();
        var (wide, narrow) = (new float[all.Length], new ushort[all.Length]);
        BFloat16.Widen(all, wide);
        BFloat16.Narrow(wide, narrow);

        Assert.All(all.Zip(narrow, wide), value => Assert.True(value.First == value.Second || float.IsNaN(value.Third)));
    }

    [Fact]
    public void Reduce_BFloat16_RoundsOnceAfterTheLastRank()
    {
        // 1 + 2^-8 rounds to 1 each time in bfloat16; both together are 1 + 2^-7, which it has.
        using var one = new Numbers(ElementType.BFloat16, 3, _ => 1);
        using var small = new Numbers(ElementType.BFloat16, 3, _ => Math.Pow(2, -8));
        using var sum = new Numbers(ElementType.BFloat16, 3);
        var address = sum.Elements.Address;
        Reducer.Reduce([one.Elements.Address, small.Elements.Address, small.Elements.Address], sum.Elements, address, Reduction.Sum);

        Assert.Null(sum.Difference(_ => 1 + Math.Pow(2, -7)));
    }

    [Theory]
    [InlineData(Reduction.Max)]
    [InlineData(Reduction.Min)]
    public void Reduce_NaN_IsNaN(Reduction reduction)
    {
        using var nan = new Numbers(ElementType.Float32, 40, _ => double.NaN);
        using var one = new Numbers(ElementType.Float32, 40, _ => 1);
        using var target = new Numbers(ElementType.Float32, 40);
        Reducer.Reduce([one.Elements.Address, nan.Elements.Address], target.Elements, target.Elements.Address, reduction);

        for (var k = 0; k < 40; k++) Assert.True(double.IsNaN(target[k]));
    }
}

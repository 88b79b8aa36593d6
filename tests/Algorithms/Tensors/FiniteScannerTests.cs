using Distributed.Algorithms.Tensors;
using Xunit;

namespace Distributed.Algorithms.Tests.Tensors;

public class FiniteScannerTests
{
    [Fact]
    public void Scan_FiniteModel_FindsNothing() => Assert.Null(FiniteScanner.Scan(Models.Mixed(1).Manifest, Models.Mixed(1)));

    [Fact]
    public void Scan_BadNumbersOfEveryType_NamesTheFirstTensorAndCountsAll()
    {
        var model = Models.Mixed(2);
        model.Values<Half>("half")[4] = Half.NegativeInfinity;
        model.Values<ushort>("brain")[0] = 0x7F81;
        model.Values<double>("wide")[1] = double.NaN;
        model.Values<float>("bn.running_var")[3] = float.PositiveInfinity;
        model.Values<int>("ids")[0] = unchecked((int)0xFFFFFFFF);
        Assert.Equal(new NonFinite("half", 4), FiniteScanner.Scan(model.Manifest, model));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(7)]
    [InlineData(1000)]
    public void Append_CutAnywhere_FindsTheSame(int piece)
    {
        var model = Models.Mixed(2);
        model.Values<float>("conv.weight")[35] = float.NaN;
        model.Values<double>("wide")[0] = double.NegativeInfinity;
        var scanner = new FiniteScanner(model.Manifest);
        for (var at = 0; at < model.Data.Length; at += piece)
            scanner.Append(model.Data.Span.Slice(at, Math.Min(piece, model.Data.Length - at)));
        Assert.Equal(new NonFinite("conv.weight", 2), scanner.Found);
        Assert.Throws<ArgumentException>(() => scanner.Append([0]));
    }
}

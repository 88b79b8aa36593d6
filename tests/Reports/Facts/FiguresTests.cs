using Distributed.Reports.Facts;


namespace Distributed.Reports.Tests.Facts;

public sealed class FiguresTests
{
    [Theory]
    [InlineData(0.0, "0")]
    [InlineData(0.059277, "0.05928")]
    [InlineData(0.999951, "1")]
    [InlineData(-0.12344, "-0.1234")]
    [InlineData(1234.567, "1,235")]
    [InlineData(12.3456, "12.35")]
    [InlineData(0.00001234, "1.234e-5")]
    [InlineData(12345678.0, "1.235e7")]
    [InlineData(double.NaN, "NaN")]
    [InlineData(null, "–")]
    public void Number_AnyValue_HasFourDigits(double? value, string expected) => Assert.Equal(expected, Figures.Number(value));

    [Theory]
    [InlineData(0.97612, "97.61 %")]
    [InlineData(1.0, "100 %")]
    [InlineData(null, "–")]
    public void Percent_AShare_IsOfAHundred(double? value, string expected) => Assert.Equal(expected, Figures.Percent(value));

    [Theory]
    [InlineData(0.4812, "0.48 s")]
    [InlineData(12.34, "12.3 s")]
    [InlineData(125.2, "2 min 5 s")]
    [InlineData(3800.0, "1 h 3 min")]
    [InlineData(-1.0, "–")]
    public void Duration_OfSeconds_IsSaidAsPeopleDo(double seconds, string expected) => Assert.Equal(expected, Figures.Duration(seconds));

    [Theory]
    [InlineData(0, "0 B")]
    [InlineData(1023, "1023 B")]
    [InlineData(8_178_892, "7.8 MiB")]
    [InlineData(300L << 20, "300 MiB")]
    public void Bytes_AnyNumber_HaveAUnit(long bytes, string expected) => Assert.Equal(expected, Figures.Bytes(bytes));

    [Fact]
    public void Coordinate_NoNumber_Throws() => Assert.Throws<ArgumentOutOfRangeException>(() => Figures.Coordinate(double.NaN));

    [Fact]
    public void Shortened_ALongName_LosesItsMiddle() => Assert.Equal("encod…eight", Figures.Shortened("encoder.layers.0.weight", 11));
}

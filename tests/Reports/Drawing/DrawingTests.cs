using System.Xml.Linq;
using Distributed.Reports.Drawing;
using Distributed.Reports.Facts;
using FsCheck;
using FsCheck.Fluent;

namespace Distributed.Reports.Tests.Drawing;

public sealed class DrawingTests
{
    [Fact]
    public void Axis_AnyRange_CoversItWithFewRoundMarks()
    {
        var cases =
            from low in Gen.Choose(-1_000_000, 1_000_000)
            from size in Gen.Choose(0, 1_000_000)
            from power in Gen.Choose(-9, 6)
            select (Low: low * Math.Pow(10, power), High: (low + size) * Math.Pow(10, power));
        Prop.ForAll(cases.ToArbitrary(), range =>
        {
            var axis = Axis.Over(range.Low, range.High);
            var slack = axis.Step * 1e-6;
            return axis.Low <= range.Low + slack && axis.High >= range.High - slack && axis.Marks().Count() is >= 2 and <= 8;
        }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void LineChart_OfNumbersAndGaps_DrawsTheNumbers()
    {
        var drawing = LineChart.Draw(
            new("Loss <test>", "About it.", "round", value => Figures.Number(value)),
            [new("test", [(1, 0.5), (2, double.NaN), (3, 0.25), (4, double.PositiveInfinity)])]);

        var svg = XElement.Parse(drawing.Markup);
        Assert.Equal("Loss <test>", svg.Element("title")!.Value);
        Assert.Equal("About it.", svg.Element("desc")!.Value);
        Assert.Equal(["1: 0.5", "3: 0.25"], svg.Descendants("circle").Select(dot => dot.Element("title")!.Value));
    }

    [Fact]
    public void LineChart_WithoutANumber_IsNotDrawn() =>
        Assert.Equal("", LineChart.Draw(new("t", "d", "x", value => Figures.Number(value)), [new("a", [(1, double.NaN)])]).Markup);

    [Theory]
    [InlineData(1)]
    [InlineData(100_000)]
    public void LineChart_OfAnyLength_IsSmallAndWellFormed(int points)
    {
        var drawing = LineChart.Draw(
            new("t", "d", "x", value => Figures.Number(value)), [new("a", [.. Enumerable.Range(1, points).Select(i => ((double)i, Math.Sin(i)))])]);

        Assert.NotNull(XElement.Parse(drawing.Markup));
        Assert.InRange(drawing.Markup.Length, 100, 20_000);
    }

    [Fact]
    public void HeatMap_Cells_AreOneStrokeForEqualNeighboursAndBlankWithoutANumber()
    {
        var drawing = HeatMap.Draw(
            new("t", "d", "round", value => Figures.Number(value)),
            new HeatGrid(["a", "b"], ["1", "2", "3"], new[,] { { 0.5, 0.5, 1 }, { -1, double.NaN, 0.5 } }));

        var cells = XElement.Parse(drawing.Markup).Element("svg")!.Elements("path").ToDictionary(
            path => $"{path.Attribute("class")!.Value} {path.Attribute("stroke-opacity")!.Value}", path => path.Attribute("d")!.Value);
        Assert.Equal(3, cells.Count);
        Assert.Equal("M0 0.5h2M2 1.5h1", cells["heat 0.53"]);
        Assert.Equal("M2 0.5h1", cells["heat 1"]);
        Assert.Equal("M0 1.5h1", cells["cold 1"]);
    }

    [Theory]
    [InlineData(0.9, 0.95, "0.9", "0.1 0.53 1")]
    [InlineData(0.4, 0.7, "0", "0.45 0.73 1")]
    [InlineData(1, 1, "0", "1")]
    public void HeatMap_NumbersThatAreAllFarFromZero_AreToldApart(double smallest, double middle, string low, string opacities)
    {
        var drawing = HeatMap.Draw(
            new("t", "d", "round", value => Figures.Number(value)), new HeatGrid(["a"], ["1", "2", "3"], new[,] { { smallest, middle, 1 } }));

        var svg = XElement.Parse(drawing.Markup);
        Assert.Equal(opacities, string.Join(' ', svg.Element("svg")!.Elements("path").Select(path => path.Attribute("stroke-opacity")!.Value)));
        Assert.Equal(low, svg.Elements("text").Last(text => text.Attribute("text-anchor")?.Value == "end").Value);
    }

    [Fact]
    public void Grid_TooLargeToDraw_IsTheMeansOfItsParts()
    {
        var values = new double[HeatGrid.MaximumRows + 1, 2];
        for (var row = 0; row <= HeatGrid.MaximumRows; row++)
        {
            (values[row, 0], values[row, 1]) = (row, row % 2 == 0 ? row : double.NaN);
        }

        var grid = new HeatGrid([.. Enumerable.Range(0, HeatGrid.MaximumRows + 1).Select(row => $"{row}")], ["1", "2"], values);
        var binned = grid.Binned();

        Assert.Equal(31, binned.Rows.Count);
        Assert.Equal(("0–1", "60"), (binned.Rows[0], binned.Rows[^1]));
        Assert.Equal((0.5, 0.0, 60.0), (binned.Values[0, 0], binned.Values[0, 1], binned.Values[30, 0]));
        Assert.Equal(" A cell is the mean of 2 clients.", grid.BinNote("clients", "rounds"));
    }

    [Fact]
    public void StackedBars_Parts_HaveWidthsInProportion()
    {
        var svg = XElement.Parse(StackedBars.Draw("t", "d", ["0", "1"], ["a", "b"], [[10, 30], [0, 20]]).Markup);

        var widths = svg.Elements("rect").Where(rect => rect.Element("title") is not null)
            .ToDictionary(rect => rect.Element("title")!.Value, rect => double.Parse(rect.Attribute("width")!.Value, System.Globalization.CultureInfo.InvariantCulture));
        Assert.Equal(["0: 10 of class a", "0: 30 of class b", "1: 20 of class b"], widths.Keys);
        Assert.Equal(3 * widths["0: 10 of class a"], widths["0: 30 of class b"], tolerance: 0.05);
        Assert.Equal(2 * widths["0: 10 of class a"], widths["1: 20 of class b"], tolerance: 0.05);
    }
}

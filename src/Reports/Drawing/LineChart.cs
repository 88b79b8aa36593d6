using System.Globalization;
using System.Text;
using Distributed.Reports.Facts;
using Distributed.Reports.Markup;

namespace Distributed.Reports.Drawing;

/// <summary>A line of a chart.</summary>
/// <param name="Name">For the legend.</param>
/// <param name="Points">Ascending in X; what is not finite is left out.</param>
internal sealed record Line(string Name, IReadOnlyList<(double X, double Y)> Points);

/// <summary>What a chart of lines is called and how its values are written.</summary>
/// <param name="Title">The title, also for who cannot see the drawing.</param>
/// <param name="Description">What it shows, in a sentence, for who cannot see it.</param>
/// <param name="Across">What is along the horizontal axis.</param>
/// <param name="Format">Writes a value of the vertical axis.</param>
/// <param name="FromZero">Whether the vertical axis begins at 0.</param>
internal sealed record LineChartLabels(string Title, string Description, string Across, Func<double, string> Format, bool FromZero = false);

/// <summary>Lines over a numbered axis.</summary>
internal static class LineChart
{
    /// <summary>Most points of a line; beyond, neighbours are averaged.</summary>
    public const int MaximumPoints = 400;

    private const int MarkedPoints = 40;
    private const double Left = 52;
    private const double Right = Canvas.Width - 18;
    private const double Top = 10;
    private const double Bottom = 190;
    private const double Height = 226;

    /// <summary>The drawing; nothing when there is no point to draw.</summary>
    public static Html Draw(LineChartLabels labels, IReadOnlyList<Line> lines)
    {
        var finite = lines.Select(line => line with { Points = [.. line.Points.Where(point => double.IsFinite(point.Y))] }).Where(line => line.Points.Count > 0).ToList();
        if (finite.Count == 0)
        {
            return Html.None;
        }

        var points = finite.SelectMany(line => line.Points).ToList();
        var across = Axis.Over(points.Min(point => point.X), Math.Max(points.Max(point => point.X), points.Min(point => point.X) + 1), 6, whole: true);
        var up = Axis.Over(labels.FromZero ? Math.Min(0, points.Min(point => point.Y)) : points.Min(point => point.Y), points.Max(point => point.Y));
        var (first, last) = (points.Min(point => point.X), Math.Max(points.Max(point => point.X), points.Min(point => point.X) + 1));
        double X(double value) => Left + ((value - first) / (last - first) * (Right - Left));
        double Y(double value) => Bottom - (up.Place(value) * (Bottom - Top));

        return Canvas.Draw(labels.Title, labels.Description, finite.Count > 1 ? Height + 18 : Height, Html.Join(
        [
            .. up.Marks().Select(mark => Html.Of(
                $"""<path class="grid" d="M{Left} {Y(mark)}H{Right}"/><text class="mark" x="{Left - 6}" y="{Y(mark) + 4}" text-anchor="end">{labels.Format(mark)}</text>""")),
            .. across.Marks().Where(mark => mark >= first && mark <= last).Select(mark => Html.Of(
                $"""<text class="mark" x="{X(mark)}" y="{Bottom + 16}" text-anchor="middle">{Figures.Count((long)mark)}</text>""")),
            Html.Of($"""<text class="axis" x="{(Left + Right) / 2}" y="{Bottom + 31}" text-anchor="middle">{labels.Across}</text>"""),
            .. finite.Select((line, i) => DrawLine(line, i, labels.Format, X, Y)),
            finite.Count > 1 ? Legend(finite) : Html.None,
        ]));
    }

    private static Html DrawLine(Line line, int number, Func<double, string> format, Func<double, double> x, Func<double, double> y)
    {
        var points = Thinned(line.Points);
        var path = new StringBuilder();
        foreach (var point in points)
        {
            path.Append(CultureInfo.InvariantCulture, $"{(path.Length == 0 ? 'M' : 'L')}{Figures.Coordinate(x(point.X))} {Figures.Coordinate(y(point.Y))}");
        }

        var dots = points.Count > MarkedPoints ? Html.None : Html.Join(points.Select(point => Html.Of(
            $"""<circle class="dot s{number}" cx="{x(point.X)}" cy="{y(point.Y)}" r="2.6"><title>{Figures.Number(point.X)}: {format(point.Y)}</title></circle>""")));
        return Html.Of($"""<path class="line s{number}" d="{path.ToString()}"/>{dots}""");
    }

    private static Html Legend(List<Line> lines)
    {
        var at = Left;
        var parts = new List<Html>();
        foreach (var (i, line) in lines.Index())
        {
            parts.Add(Html.Of($"""<path class="line s{i}" d="M{at} {Height + 8}h16"/><text class="mark" x="{at + 21}" y="{Height + 12}">{line.Name}</text>"""));
            at += 40 + (line.Name.Length * 6.2);
        }

        return Html.Join(parts);
    }

    private static List<(double X, double Y)> Thinned(IReadOnlyList<(double X, double Y)> points) => points.Count <= MaximumPoints
        ? [.. points]
        : [.. points.Chunk((points.Count + MaximumPoints - 1) / MaximumPoints).Select(chunk => (chunk.Average(point => point.X), chunk.Average(point => point.Y)))];
}

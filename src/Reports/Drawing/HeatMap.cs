using System.Globalization;
using System.Text;
using Distributed.Reports.Facts;
using Distributed.Reports.Markup;

namespace Distributed.Reports.Drawing;

/// <summary>What a heat map is called.</summary>
/// <param name="Title">The title, also for who cannot see the drawing.</param>
/// <param name="Description">What it shows, in a sentence, for who cannot see it.</param>
/// <param name="Across">What is along the horizontal axis.</param>
/// <param name="Format">Writes a value.</param>
internal sealed record HeatMapLabels(string Title, string Description, string Across, Func<double, string> Format);

/// <summary>
/// A grid of coloured cells: the stronger the colour, the larger the number, below 0 in a second colour. Equal neighbours of a row are one stroke, and all strokes of a
/// colour one path, so that thousands of cells are a few kilobytes.
/// </summary>
internal static class HeatMap
{
    private const int Levels = 24;
    private const double LetterWidth = 5.9;
    private const double Top = 4;
    private const double Legend = 44;

    /// <summary>The drawing of at most <see cref="HeatGrid.MaximumRows"/> by <see cref="HeatGrid.MaximumColumns"/> cells; nothing without a number.</summary>
    /// <param name="labels">What it is called.</param>
    /// <param name="grid">The numbers, binned.</param>
    public static Html Draw(HeatMapLabels labels, HeatGrid grid)
    {
        var finite = grid.Values.Cast<double>().Where(double.IsFinite).ToList();
        if (finite.Count == 0)
        {
            return Html.None;
        }

        var scale = Scale.Over(finite.Min(), finite.Max());
        var (rows, columns) = (grid.Rows.Count, grid.Columns.Count);
        var names = grid.Rows.Select(name => Figures.Shortened(name, 24)).ToList();
        var left = 12 + (names.Max(name => name.Length) * LetterWidth);
        var right = Canvas.Width - 4;
        var cell = Math.Clamp(240.0 / rows, 4, 18);
        var bottom = Top + (rows * cell);
        return Canvas.Draw(labels.Title, labels.Description, bottom + Legend + 18, Html.Join(
        [
            Html.Of($"""<rect class="blank" x="{left}" y="{Top}" width="{right - left}" height="{bottom - Top}"/>"""),
            Html.Of($"""<svg x="{left}" y="{Top}" width="{right - left}" height="{bottom - Top}" viewBox="0 0 {columns} {rows}" preserveAspectRatio="none" shape-rendering="crispEdges">{Cells(grid, scale)}</svg>"""),
            .. Every(rows, (int)Math.Ceiling(14 / cell)).Select(row => Html.Of(
                $"""<text class="mark" x="{left - 5}" y="{Top + ((row + 0.5) * cell) + 3.5}" text-anchor="end">{names[row]}</text>""")),
            .. Every(columns, (int)Math.Ceiling(columns * ((grid.Columns.Max(name => name.Length) * LetterWidth) + 10) / (right - left))).Select(column => Html.Of(
                $"""<text class="mark" x="{left + ((column + 0.5) * (right - left) / columns)}" y="{bottom + 15}" text-anchor="middle">{grid.Columns[column]}</text>""")),
            Html.Of($"""<text class="axis" x="{(left + right) / 2}" y="{bottom + 29}" text-anchor="middle">{labels.Across}</text>"""),
            Key(labels.Format, scale, left, bottom + Legend),
        ]));
    }

    private static Html Cells(HeatGrid grid, Scale scale)
    {
        var paths = new SortedDictionary<int, StringBuilder>();
        for (var row = 0; row < grid.Rows.Count; row++)
        {
            for (int column = 0, next; column < grid.Columns.Count; column = next)
            {
                var level = scale.LevelOf(grid.Values[row, column]);
                for (next = column + 1; next < grid.Columns.Count && scale.LevelOf(grid.Values[row, next]) == level; next++)
                {
                }

                if (level is { } colour)
                {
                    if (!paths.TryGetValue(colour, out var path))
                    {
                        paths[colour] = path = new StringBuilder();
                    }

                    path.Append(CultureInfo.InvariantCulture, $"M{column} {row}.5h{next - column}");
                }
            }
        }

        return Html.Join(paths.Select(pair => Html.Of($"""<path class="{Colour(pair.Key)}" stroke-opacity="{Opacity(pair.Key)}" d="{pair.Value.ToString()}"/>""")));
    }

    private static double Opacity(int level) => level == 0 ? 0.03 : 0.06 + (0.94 * Math.Abs(level) / Levels);

    private static string Colour(int level) => level < 0 ? "cold" : "heat";

    private static IEnumerable<int> Every(int count, int step)
    {
        for (var i = 0; i < count; i += step)
        {
            yield return i;
        }
    }

    private static Html Key(Func<double, string> format, Scale scale, double left, double y)
    {
        const int Steps = 24;
        const double Width = 5;
        var from = left + (format(scale.Low).Length * LetterWidth) + 6;
        return Html.Join(
        [
            Html.Of($"""<text class="mark" x="{from - 6}" y="{y + 9}" text-anchor="end">{format(scale.Low)}</text>"""),
            .. Enumerable.Range(0, Steps).Select(i => (X: from + (i * Width), Level: scale.LevelOf(scale.Low + ((scale.High - scale.Low) * i / (Steps - 1)))!.Value)).Select(step => Html.Of(
                $"""<path class="{Colour(step.Level)}" stroke-width="10" stroke-opacity="{Opacity(step.Level)}" d="M{step.X} {y + 5}h{Width}"/>""")),
            Html.Of($"""<text class="mark" x="{from + (Steps * Width) + 6}" y="{y + 9}">{format(scale.High)}</text>"""),
        ]);
    }

    /// <summary>From numbers to strengths of colour: from 0, or from the smallest number where all are far from 0 and would look alike.</summary>
    private readonly record struct Scale(double Low, double High, double Floor)
    {
        public static Scale Over(double smallest, double largest)
        {
            var floor = smallest > largest / 2 && largest - smallest > 1e-6 * largest ? smallest : 0;
            return new(Math.Min(floor, smallest), Math.Max(floor, largest), floor);
        }

        // Signed: below 0 in the other colour. A number that is there never looks as if it were not.
        public int? LevelOf(double value)
        {
            if (!double.IsFinite(value))
            {
                return null;
            }

            var share = (value - Floor) / Math.Max(Math.Max(High - Floor, Floor - Low), double.Epsilon);
            return value == 0 ? 0 : (share < 0 ? -1 : 1) * Math.Max(1, (int)Math.Round(Math.Abs(share) * Levels));
        }
    }
}

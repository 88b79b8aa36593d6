using Distributed.Reports.Facts;
using Distributed.Reports.Markup;

namespace Distributed.Reports.Drawing;

/// <summary>One bar a row, made of parts; the parts have the same colours in every bar.</summary>
internal static class StackedBars
{
    /// <summary>Most parts: there are no more colours that can be told apart.</summary>
    public const int MaximumParts = 12;

    private const double Bar = 14;
    private const double Gap = 4;
    private const double Right = Canvas.Width - 48;

    /// <summary>The drawing.</summary>
    /// <param name="title">The title, also for who cannot see the drawing.</param>
    /// <param name="description">What it shows, in a sentence, for who cannot see it.</param>
    /// <param name="rows">Names of the bars.</param>
    /// <param name="parts">Names of the parts, at most <see cref="MaximumParts"/>.</param>
    /// <param name="counts">By bar and part.</param>
    public static Html Draw(string title, string description, IReadOnlyList<string> rows, IReadOnlyList<string> parts, IReadOnlyList<IReadOnlyList<long>> counts)
    {
        var longest = Math.Max(1, counts.Max(row => row.Sum()));
        var left = 12 + (rows.Max(name => name.Length) * 5.9);
        var bottom = rows.Count * (Bar + Gap);
        return Canvas.Draw(title, description, bottom + 24, Html.Join(
        [
            .. rows.Select((name, row) => DrawBar(name, parts, counts[row], row * (Bar + Gap), left, (Right - left) / longest)),
            .. parts.Select((name, part) => Html.Of(
                $"""<rect class="c{part}" x="{left + (part * (Canvas.Width - left) / parts.Count)}" y="{bottom + 9}" width="9" height="9"/><text class="mark" x="{left + (part * (Canvas.Width - left) / parts.Count) + 13}" y="{bottom + 17.5}">{name}</text>""")),
        ]));
    }

    private static Html DrawBar(string name, IReadOnlyList<string> parts, IReadOnlyList<long> counts, double top, double left, double unit)
    {
        var segments = new List<Html>();
        var before = 0L;
        foreach (var (part, count) in counts.Index().Where(pair => pair.Item > 0))
        {
            segments.Add(Html.Of(
                $"""<rect class="c{part}" x="{left + (before * unit)}" y="{top}" width="{count * unit}" height="{Bar}"><title>{name}: {Figures.Count(count)} of class {parts[part]}</title></rect>"""));
            before += count;
        }

        return Html.Of(
            $"""<text class="mark" x="{left - 5}" y="{top + 11}" text-anchor="end">{name}</text>{Html.Join(segments)}<text class="mark" x="{left + (before * unit) + 5}" y="{top + 11}">{Figures.Count(before)}</text>""");
    }
}

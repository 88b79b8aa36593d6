using Distributed.Reports.Drawing;
using Distributed.Reports.Markup;


namespace Distributed.Reports.Drawing;

/// <summary>The parts that every section of the page is made of.</summary>
internal static class Layout
{
    /// <summary>A section; nothing when it would be empty.</summary>
    public static Html Section(string title, Html content) => content.Markup.Length == 0
        ? Html.None
        : Html.Of($"""<section><h2>{title}</h2><div class="grid">{content}</div></section>""");

    /// <summary>A part across the whole page.</summary>
    public static Html Wide(Html content) => Html.Of($"""<div class="wide">{content}</div>""");

    /// <summary>A drawing with its title and what there is to know about it; nothing without a drawing.</summary>
    public static Html Figure(Html drawing, string title, string caption, Html table = default) => drawing.Markup is not { Length: > 0 }
        ? Html.None
        : Html.Of($"<figure><h3>{title}</h3>{drawing}<figcaption>{caption}</figcaption>{(table.Markup is { Length: > 0 } ? Details("As a table", table) : Html.None)}</figure>");

    /// <summary>A heat map with the numbers behind it, in as many cells as can be drawn.</summary>
    public static Html Heat(HeatMapLabels labels, HeatGrid grid, string row, string caption)
    {
        var drawn = grid.Binned();
        return Figure(
            HeatMap.Draw(labels, drawn),
            labels.Title,
            caption,
            Table(row, drawn.Columns, drawn.Rows, (r, c) => double.IsNaN(drawn.Values[r, c]) ? "" : labels.Format(drawn.Values[r, c])));
    }

    /// <summary>What is opened on demand.</summary>
    public static Html Details(string title, Html content) => Html.Of($"""<details><summary>{title}</summary>{content}</details>""");

    /// <summary>A table with named rows and columns.</summary>
    public static Html Table(string corner, IReadOnlyList<string> columns, IReadOnlyList<string> rows, Func<int, int, string> cell) => Html.Of(
        $"""
        <div class="scroll"><table><thead><tr><th scope="col">{corner}</th>{Html.Join(columns.Select(name => Html.Of($"""<th scope="col" class="num">{name}</th>""")))}</tr></thead><tbody>
        {Html.Join(rows.Select((name, row) => Html.Of($"""<tr><th scope="row">{name}</th>{Html.Join(columns.Select((_, column) => Html.Of($"<td>{cell(row, column)}</td>")))}</tr>""")))}
        </tbody></table></div>
        """);

    /// <summary>A table of rows.</summary>
    /// <param name="columns">Names of the columns.</param>
    /// <param name="rows">Their texts.</param>
    /// <param name="kinds">For each column <c>num</c> or <c>txt</c>, with spaces between.</param>
    public static Html Rows(IReadOnlyList<string> columns, IEnumerable<IReadOnlyList<string>> rows, string kinds)
    {
        var kind = kinds.Split(' ');
        return Html.Of(
            $"""
            <div class="scroll"><table><thead><tr>{Html.Join(columns.Select((name, i) => Html.Of($"""<th scope="col" class="{kind[i]}">{name}</th>""")))}</tr></thead><tbody>
            {Html.Join(rows.Select(row => Html.Of($"<tr>{Html.Join(row.Select((text, i) => Html.Of($"""<td class="{kind[i]}">{text}</td>""")))}</tr>")))}
            </tbody></table></div>
            """);
    }

    /// <summary>Says that a line is thinned, with a space before it; empty when every point is drawn.</summary>
    public static string ThinNote(int points) => points <= LineChart.MaximumPoints
        ? ""
        : $" A point is the mean of {(points + LineChart.MaximumPoints - 1) / LineChart.MaximumPoints} neighbours.";
}

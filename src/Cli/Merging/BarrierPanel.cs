using System.Globalization;
using System.Net;
using System.Text;

namespace Distributed.Cli.Merging;

/// <summary>The lines of one split: loss over the position between the two models, as SVG with its own colours, so that it stands by itself.</summary>
/// <remarks>
/// Drawn by hand: where no font is installed ScottPlot's SVG has no text at all, and it brings 13 MB of libraries. Here the viewer's fonts count.
/// </remarks>
/// <param name="Title">What it shows.</param>
/// <param name="Lines">Lines of the same positions.</param>
internal sealed record BarrierPanel(string Title, IReadOnlyList<NamedBarrier> Lines)
{
    /// <summary>Units across.</summary>
    public const int Width = 420;

    /// <summary>Units down, one legend line included.</summary>
    public const int Height = 270;

    private const int Left = 56;
    private const int Right = Width - 14;
    private const int Top = 34;
    private const int Bottom = 200;
    private const int Marks = 4;

    private static readonly string[] Colours = ["#9a9a9a", "#c98a2b", "#2b6cc9", "#2f9e62", "#a03fae"];

    /// <summary>The drawing, to be moved where it belongs.</summary>
    public string Draw()
    {
        var values = Lines.SelectMany(line => line.Loss.Values).ToArray();
        var step = Step((values.Max() - values.Min()) / Marks);
        var (low, high) = (Math.Floor(values.Min() / step) * step, (Math.Floor(values.Max() / step) + 1) * step);
        double Y(double value) => Bottom - ((value - low) / (high - low) * (Bottom - Top));

        var svg = new StringBuilder();
        svg.Append(CultureInfo.InvariantCulture, $"<text x=\"{Left}\" y=\"20\" font-weight=\"600\">{WebUtility.HtmlEncode(Title)}</text>\n");
        for (var mark = low; mark <= high + (step / 2); mark += step)
        {
            svg.Append(CultureInfo.InvariantCulture, $"<path d=\"M{Left} {Y(mark):0.##}H{Right}\" stroke=\"#8884\"/>");
            svg.Append(CultureInfo.InvariantCulture, $"<text x=\"{Left - 6}\" y=\"{Y(mark) + 4:0.##}\" text-anchor=\"end\">{mark:0.####}</text>\n");
        }

        foreach (var mark in (double[])[0, 0.25, 0.5, 0.75, 1])
        {
            svg.Append(CultureInfo.InvariantCulture, $"<text x=\"{X(mark):0.##}\" y=\"{Bottom + 16}\" text-anchor=\"middle\">{mark}</text>");
        }

        svg.Append(CultureInfo.InvariantCulture, $"\n<text x=\"{(Left + Right) / 2}\" y=\"{Bottom + 32}\" text-anchor=\"middle\">share of the second model</text>\n");
        foreach (var (i, line) in Lines.Index())
        {
            Draw(svg, line, Colours[i % Colours.Length], Left + (i % 2 * (Right - Left) / 2), Bottom + 50 + (i / 2 * 16), Y);
        }

        return svg.ToString();
    }

    private static void Draw(StringBuilder svg, NamedBarrier line, string colour, int legendX, int legendY, Func<double, double> y)
    {
        var path = string.Join('L', line.Loss.Positions.Zip(line.Loss.Values, (t, loss) => string.Create(CultureInfo.InvariantCulture, $"{X(t):0.##} {y(loss):0.##}")));
        svg.Append(CultureInfo.InvariantCulture, $"<path d=\"M{path}\" fill=\"none\" stroke=\"{colour}\" stroke-width=\"2\"/>");
        svg.Append(CultureInfo.InvariantCulture, $"<path d=\"M{legendX} {legendY - 4}h16\" stroke=\"{colour}\" stroke-width=\"2\"/>");
        svg.Append(CultureInfo.InvariantCulture, $"<text x=\"{legendX + 21}\" y=\"{legendY}\">{WebUtility.HtmlEncode(line.Name)}: {line.Loss.EndpointMeanBarrier:0.####}</text>\n");
    }

    private static double X(double t) => Left + (t * (Right - Left));

    // 1, 2 or 5 times a power of ten.
    private static double Step(double raw)
    {
        if (raw <= 0)
        {
            return 1;
        }

        var power = Math.Pow(10, Math.Floor(Math.Log10(raw)));
        return power * ((raw / power) switch { <= 1 => 1, <= 2 => 2, <= 5 => 5, _ => 10 });
    }
}

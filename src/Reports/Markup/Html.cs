using System.Net;
using System.Runtime.CompilerServices;
using System.Text;
using Distributed.Reports.Facts;

namespace Distributed.Reports.Markup;

/// <summary>A piece of markup. What comes from files can only get into one escaped: the holes of <see cref="Of"/> are texts unless they are markup themselves.</summary>
internal readonly record struct Html(string Markup)
{
    /// <summary>Nothing.</summary>
    public static readonly Html None = new("");

    /// <summary>Markup with holes.</summary>
    public static Html Of(HtmlWriter written) => written.ToHtml();

    /// <summary>One after the other.</summary>
    public static Html Join(IEnumerable<Html> parts) => new(string.Concat(parts.Select(part => part.Markup)));

    /// <inheritdoc />
    public override string ToString() => Markup;
}

/// <summary>What the compiler makes of <c>Html.Of($"…")</c>: texts are escaped, numbers are coordinates with two digits at most.</summary>
[InterpolatedStringHandler]
internal readonly ref struct HtmlWriter
{
    private readonly StringBuilder builder;

    public HtmlWriter(int literalLength, int formattedCount) => builder = new StringBuilder(literalLength + (8 * formattedCount));

    public void AppendLiteral(string literal) => builder.Append(literal);

    public void AppendFormatted(Html markup) => builder.Append(markup.Markup);

    public void AppendFormatted(string? text) => builder.Append(WebUtility.HtmlEncode(text));

    public void AppendFormatted(int number) => builder.Append(Figures.Coordinate(number));

    public void AppendFormatted(double number) => builder.Append(Figures.Coordinate(number));

    public Html ToHtml() => new(builder.ToString());
}

using Distributed.Reports.Markup;

namespace Distributed.Reports.Drawing;

/// <summary>The frame of every drawing: one width, so that letters have one size; a title and a description for who cannot see it.</summary>
internal static class Canvas
{
    /// <summary>Units across.</summary>
    public const double Width = 420;

    /// <summary>A drawing.</summary>
    public static Html Draw(string title, string description, double height, Html content) => Html.Of(
        $"""<svg class="chart" viewBox="0 0 {Width} {height}" role="img"><title>{title}</title><desc>{description}</desc>{content}</svg>""");
}

using Distributed.Reports.Markup;


namespace Distributed.Reports.Tests.Markup;

public sealed class HtmlTests
{
    [Fact]
    public void Of_ATextInAHole_IsEscaped()
    {
        var text = "<b a='1' b=\"2\">&";

        Assert.Equal("<p title=\"&lt;b a=&#39;1&#39; b=&quot;2&quot;&gt;&amp;\">&lt;b a=&#39;1&#39; b=&quot;2&quot;&gt;&amp;</p>", Html.Of($"<p title=\"{text}\">{text}</p>").Markup);
    }

    [Fact]
    public void Of_MarkupInAHole_StaysMarkup() => Assert.Equal("<p><b>1.5</b></p>", Html.Of($"<p>{Html.Of($"<b>{1.5}</b>")}</p>").Markup);
}

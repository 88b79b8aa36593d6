using System.Reflection;
using Distributed.Reports.Facts;
using Distributed.Reports.Markup;
using Distributed.Reports.Sections;

namespace Distributed.Reports.Pages;

/// <summary>A run as one page that stands alone: no script, nothing fetched; for a phone, a screen and paper, light and dark.</summary>
internal static class ReportPage
{
    private static readonly Lazy<string> Style = new(ReadStyle);

    private static readonly Func<RunHistory, Html>[] Sections =
    [
        HeadSection.Draw,
        CurvesSection.Draw,
        WeightsSection.Draw,
        PartitionSection.Draw,
        AbsencesSection.Draw,
        TimingSection.Draw,
        SettingsSection.Draw,
    ];

    /// <summary>The page: the same for the same history.</summary>
    public static string Of(RunHistory run)
    {
        ArgumentNullException.ThrowIfNull(run);
        return Html.Of(
            $"""
            <!doctype html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <meta name="color-scheme" content="light dark">
            <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
            <title>{run.RunId}</title>
            <style>{new Html(Style.Value)}</style>
            </head>
            <body>
            <main>
            {Html.Join(Sections.Select(section => section(run)))}
            </main>
            <footer>Made from the run's own files by dist {Version()}; <code>dist report</code> makes it again.</footer>
            </body>
            </html>

            """).Markup;
    }

    private static string Version() => typeof(ReportPage).Assembly.GetName().Version?.ToString(3) ?? "";

    private static string ReadStyle()
    {
        using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream("report.css")
            ?? throw new InvalidOperationException("The page's style is not in the assembly.");
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}

using System.Text;
using Distributed.Reports.Facts;

namespace Distributed.Reports.Pages;

/// <summary><c>report.html</c> in a run's folder.</summary>
public static class ReportFile
{
    /// <summary>Makes the page from the folder alone, aside and renamed, so that a reader never sees half of one.</summary>
    /// <param name="folder">The run's folder.</param>
    /// <returns>The page's path.</returns>
    /// <exception cref="IOException">A file cannot be read or written.</exception>
    /// <exception cref="InvalidDataException">A file is not what its name says; the message names it.</exception>
    public static string Write(string folder) => Write(folder, RunHistoryReader.Read(folder));

    /// <summary>As <see cref="Write(string)"/>, of a run that is about to write its summary.</summary>
    public static string Write(string folder, RunEnding ending) => Write(folder, RunHistoryReader.Read(folder) with { Ending = ending });

    /// <summary>Whether this is the folder of a run.</summary>
    public static bool IsRun(string folder) => RunHistoryReader.IsRun(folder);

    private static string Write(string folder, RunHistory run)
    {
        var path = Path.Combine(folder, "report.html");
        File.WriteAllText(path + ".tmp", ReportPage.Of(run), new UTF8Encoding(encoderShouldEmitUTF8Identifier: false));
        File.Move(path + ".tmp", path, overwrite: true);
        return path;
    }
}

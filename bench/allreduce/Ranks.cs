using System.Diagnostics;
using System.Globalization;

namespace Distributed.Bench.AllReduce;

/// <summary>All ranks of one side as processes, which sleep while the other side is measured.</summary>
internal sealed class Ranks : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory();
    private readonly Process[] _processes;

    internal Ranks(int size, Func<int, string, ProcessStartInfo> start)
    {
        _processes = [.. Enumerable.Range(0, size).Select(rank =>
        {
            var info = start(rank, _folder.FullName);
            (info.RedirectStandardInput, info.RedirectStandardOutput) = (true, true);
            return Process.Start(info)!;
        })];
        string[] answers;
        while ((answers = Answers())[0][0] == StandardStreams.Mark)
        {
            foreach (var process in _processes) process.StandardInput.WriteLine(string.Join('\n', answers));
        }
        Version = answers[0];
    }

    internal string Version { get; }

    /// <summary>Milliseconds of one turn on the slowest rank.</summary>
    internal double Measure(string work, long bytes, int times)
    {
        foreach (var process in _processes) process.StandardInput.WriteLine($"{work} {bytes} {times}");
        return Answers().Max(answer => double.Parse(answer, CultureInfo.InvariantCulture));
    }

    public void Dispose()
    {
        foreach (var process in _processes)
        {
            process.StandardInput.Close();
            process.WaitForExit();
            process.Dispose();
        }
        _folder.Delete(recursive: true);
    }

    private string[] Answers() => [.. _processes.Select(process => process.StandardOutput.ReadLine() ?? throw new InvalidOperationException("a rank has ended"))];
}

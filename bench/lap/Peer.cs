using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;

namespace Distributed.Bench.Lap;

/// <summary>peer.py in a process of its own; the costs go to it in a file.</summary>
internal sealed class Peer : IDisposable
{
    private readonly string _file = Path.GetTempFileName();
    private readonly Process _process;

    internal Peer(string python)
    {
        _process = Process.Start(new ProcessStartInfo(python, [Path.Combine(AppContext.BaseDirectory, "peer.py"), _file])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        })!;
        Version = Answer()[0];
    }

    internal string Version { get; }

    internal void Load(double[] costs, int size)
    {
        using (var file = File.Create(_file)) file.Write(MemoryMarshal.AsBytes(costs.AsSpan()));
        _process.StandardInput.WriteLine(size);
        Answer();
    }

    internal Solved Solve()
    {
        _process.StandardInput.WriteLine("solve");
        var answer = Answer().Select(number => double.Parse(number, CultureInfo.InvariantCulture)).ToArray();
        return new(answer[0], answer[1], answer[2]);
    }

    private string[] Answer() => _process.StandardOutput.ReadLine()?.Split(' ') ?? throw new InvalidOperationException("peer.py ended");

    public void Dispose()
    {
        _process.StandardInput.Close();
        _process.WaitForExit();
        _process.Dispose();
        File.Delete(_file);
    }
}

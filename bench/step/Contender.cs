using System.Diagnostics;
using System.Globalization;

namespace Distributed.Bench.Step;

/// <summary>A process that does steps when it is asked to.</summary>
internal sealed class Contender : IDisposable
{
    private readonly Process process;

    private Contender(string program, params string[] arguments) =>
        process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardInput = true, RedirectStandardOutput = true })!;

    /// <summary>Resident bytes.</summary>
    public long Resident
    {
        get
        {
            process.Refresh();
            return process.WorkingSet64;
        }
    }

    /// <summary>One of this program's: product, bare or plain.</summary>
    public static Contender Ours(string kind, string model, int threads) => new("dotnet", typeof(Contender).Assembly.Location, kind, model, Text(threads));

    /// <summary>python3-torch with the faster of its two optimizers.</summary>
    public static Contender Python(string python, string model, int threads)
    {
        string[] optimizers = ["foreach", "single"];
        var both = optimizers.Select(kind => new Contender(python, Path.Combine(AppContext.BaseDirectory, "peer.py"), model, Text(threads), kind)).ToList();
        both.ForEach(peer => peer.Run(5));
        var ordered = both.OrderBy(peer => Enumerable.Range(0, 3).Min(_ => peer.Run(10))).ToList();
        ordered[1].Dispose();
        return ordered[0];
    }

    /// <summary>Does some steps.</summary>
    /// <returns>Seconds that they took.</returns>
    public double Run(int steps)
    {
        process.StandardInput.WriteLine(Text(steps));
        return double.Parse(process.StandardOutput.ReadLine() ?? throw new InvalidOperationException($"{process.StartInfo.FileName} {string.Join(' ', process.StartInfo.ArgumentList)} ended"), CultureInfo.InvariantCulture);
    }

    public void Dispose()
    {
        process.StandardInput.Close();
        process.WaitForExit();
        process.Dispose();
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}

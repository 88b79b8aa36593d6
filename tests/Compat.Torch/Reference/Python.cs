using System.Diagnostics;
using System.Text.Json;
using TorchSharp;
using Xunit;

namespace Distributed.Compat.Torch.Tests.Reference;

/// <summary>A test that needs a python with torch; DISTRIBUTED_PYTHON names another interpreter than the system's.</summary>
public sealed class PythonTheoryAttribute : TheoryAttribute
{
    public PythonTheoryAttribute()
    {
        if (Python.Missing is { } reason)
            Skip = reason;
    }
}

/// <summary>The expected numbers, computed once per test run by reference.py.</summary>
internal static class Python
{
    private static readonly Lazy<(Dictionary<string, Dictionary<string, double[]>>? Cases, string? Missing)> s_answer = new(Run);

    internal static string? Missing => s_answer.Value.Missing;

    internal static Dictionary<string, double[]> Expected(string name) => s_answer.Value.Cases![name];

    private static (Dictionary<string, Dictionary<string, double[]>>?, string?) Run()
    {
        var executable = Environment.GetEnvironmentVariable("DISTRIBUTED_PYTHON") ?? "/usr/bin/python3";
        if (!File.Exists(executable))
            return (null, $"{executable} is missing");
        var start = new ProcessStartInfo(executable, [Path.Combine(AppContext.BaseDirectory, "Reference", "reference.py")])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        // Our own choice of kernels: some gradients are zero but for rounding, and Adam makes as large a step of that as of any other.
        start.Environment["OPENBLAS_CORETYPE"] = torch.BuildInfo.Read()["blas.kernels"];
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync();
        var text = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        if (process.ExitCode != 0 && errors.Result.Contains("No module named 'torch'", StringComparison.Ordinal))
            return (null, $"{executable} has no torch");
        if (process.ExitCode != 0)
            throw new InvalidOperationException(errors.Result);
        using var json = JsonDocument.Parse(text);
        return (json.RootElement.GetProperty("cases").Deserialize<Dictionary<string, Dictionary<string, double[]>>>(), null);
    }
}

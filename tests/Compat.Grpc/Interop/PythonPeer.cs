using System.Diagnostics;

namespace Distributed.Compat.Grpc.Tests.Interop;

// The process of peer.py.
internal sealed class PythonPeer : IDisposable
{
    // Debian's Python sees Debian's packages; another one may come first in the path.
    private static readonly string[] _interpreters = ["/usr/bin/python3", "python3"];
    private static readonly Lazy<string> _interpreter = new(() => _interpreters.FirstOrDefault(HasGrpc)
        ?? throw new InvalidOperationException("No Python with gRPC to test against. Install it: apt-get install python3-grpcio"));

    private readonly Process _process;
    private readonly Task<string> _errors;

    private PythonPeer(Process process)
    {
        _process = process;
        _errors = process.StandardError.ReadToEndAsync();
    }

    public static PythonPeer Start(params string[] arguments) =>
        new(Run(_interpreter.Value, [Path.Combine(AppContext.BaseDirectory, "Interop", "peer.py"), .. arguments]));

    // The next line of its output; what it wrote as errors, when there is none.
    public async Task<string> ReadLineAsync() => await _process.StandardOutput.ReadLineAsync().WaitAsync(TimeSpan.FromMinutes(2))
        ?? throw new InvalidOperationException($"The peer ended: {await _errors}");

    // Its server ends with its input; the kill is for one that does not.
    public void Dispose()
    {
        _process.StandardInput.Close();
        if (!_process.WaitForExit(TimeSpan.FromSeconds(5)))
            _process.Kill(entireProcessTree: true);
        _process.Dispose();
    }

    private static bool HasGrpc(string interpreter)
    {
        try
        {
            using var process = Run(interpreter, ["-c", "import grpc"]);
            process.WaitForExit();
            return process.ExitCode == 0;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return false;
        }
    }

    private static Process Run(string program, IEnumerable<string> arguments) => Process.Start(new ProcessStartInfo(program, arguments)
    {
        RedirectStandardInput = true,
        RedirectStandardOutput = true,
        RedirectStandardError = true,
    })!;
}

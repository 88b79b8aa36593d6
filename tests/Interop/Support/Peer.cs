using System.Diagnostics;
using Distributed.Protocols.V1;
using Google.Protobuf.Reflection;

namespace Distributed.Interop.Tests.Support;

/// <summary>A program in <c>Peers/</c>, and the messages that it reads.</summary>
internal sealed class Peer : IDisposable
{
    // Debian's Python sees Debian's packages; another one may come first in the path.
    private static readonly string[] Interpreters = ["/usr/bin/python3", "python3"];
    private static readonly Lazy<string?> Interpreter = new(() => Array.Find(Interpreters, HasGrpc));

    private readonly DirectoryInfo descriptors = Directory.CreateTempSubdirectory("interop-");
    private readonly Process process;
    private readonly Task<string> errors;

    private Peer(string script, Func<string, string[]> arguments)
    {
        FileDescriptor[] files = [NodeReflection.Descriptor, RunReflection.Descriptor, TransferReflection.Descriptor];
        foreach (var file in files)
        {
            File.WriteAllBytes(Path.Combine(descriptors.FullName, Path.GetFileName(file.Name)), file.SerializedData.ToByteArray());
        }

        process = Run(Interpreter.Value!, [Path.Combine(AppContext.BaseDirectory, "Peers", script), .. arguments(descriptors.FullName)]);
        errors = process.StandardError.ReadToEndAsync();
    }

    /// <summary>Whether there is a Python with gRPC and protobuf.</summary>
    public static bool Installed => Interpreter.Value is not null;

    /// <summary>Starts one.</summary>
    /// <param name="script">Its file.</param>
    /// <param name="arguments">Its arguments, given the folder of the descriptors.</param>
    public static Peer Start(string script, Func<string, string[]> arguments) => new(script, arguments);

    /// <summary>The next line of its output; what it wrote as errors, when there is none.</summary>
    public async Task<string> ReadLineAsync() => await process.StandardOutput.ReadLineAsync().WaitAsync(TimeSpan.FromMinutes(2))
        ?? throw new InvalidOperationException($"The peer ended: {await errors}");

    // A server ends with its input; the kill is for one that does not.
    public void Dispose()
    {
        process.StandardInput.Close();
        if (!process.WaitForExit(TimeSpan.FromSeconds(5)))
        {
            process.Kill(entireProcessTree: true);
        }

        process.Dispose();
        descriptors.Delete(recursive: true);
    }

    private static bool HasGrpc(string interpreter)
    {
        try
        {
            using var process = Run(interpreter, ["-c", "import grpc, google.protobuf"]);
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

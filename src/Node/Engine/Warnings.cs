using System.Runtime.InteropServices;

namespace Distributed.Node.Engine;

/// <summary>
/// libtorch's own warnings (hundreds of "Could not initialize NNPACK" on some processors) are not for a user's terminal. It reads the variable once, from the C
/// library's environment, which .NET's own does not reach on Unix.
/// </summary>
internal static partial class Warnings
{
    private const string Variable = "TORCH_CPP_LOG_LEVEL";
    private const string Level = "ERROR";

    /// <summary>Errors only, unless the user has said otherwise. Before libtorch is loaded.</summary>
    public static void Quiet()
    {
        if (OperatingSystem.IsWindows())
        {
            Environment.SetEnvironmentVariable(Variable, Environment.GetEnvironmentVariable(Variable) ?? Level);
        }
        else
        {
            _ = SetEnvironment(Variable, Level, overwrite: 0);
        }
    }

    [LibraryImport("libc", EntryPoint = "setenv", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int SetEnvironment(string name, string value, int overwrite);
}

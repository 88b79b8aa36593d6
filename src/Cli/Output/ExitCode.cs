namespace Distributed.Cli.Output;

/// <summary>What the process says to the shell. Small and stable; details are in the text and in the JSON line.</summary>
internal static class ExitCode
{
    /// <summary>Done.</summary>
    public const int Done = 0;

    /// <summary>Failed: the run, or something that the command needs.</summary>
    public const int Failed = 1;

    /// <summary>The command line or the run file has a mistake.</summary>
    public const int Usage = 2;

    /// <summary>The other side refused, with a code of docs/refusals.md.</summary>
    public const int Refused = 3;

    /// <summary>Ended with less than was asked for.</summary>
    public const int Partial = 4;

    /// <summary>Stopped by a signal or by <c>dist stop</c>.</summary>
    public const int Interrupted = 5;

    /// <summary>The code that stands for how a run ended.</summary>
    /// <param name="state">As in <c>RunStatus.state</c>.</param>
    public static int OfRun(string state) => state switch
    {
        "completed" => Done,
        "partial" => Partial,
        "stopped" => Interrupted,
        _ => Failed,
    };
}

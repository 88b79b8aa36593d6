using Distributed.Protocols.Runs;
using Distributed.Protocols.V1;

namespace Distributed.Cli.Output;

/// <summary>How the progress of a run is shown: lines, or a table that is redrawn.</summary>
internal interface IRunView : IDisposable
{
    /// <summary>What is about to run, one line each.</summary>
    void Begin(IEnumerable<string> header);

    /// <summary>A round was committed or abandoned.</summary>
    void Round(RoundRecord record, int rounds);

    /// <summary>The run's state changed, or what it waits for.</summary>
    void Status(RunStatus status);

    /// <summary>Something happened that is not the run's doing, such as a lost connection.</summary>
    void Note(string text);
}

using System.Globalization;
using Distributed.Protocols.Identities;

namespace Distributed.Coordinator.Storage;

/// <summary>
/// Names in the spool. One directory a run, not one a round: then a round makes no directory whose own name would need a sync. A run's id has been checked
/// before it comes here; it is checked again, because a name that slips through is a way out.
/// </summary>
internal sealed class SpoolPaths(string root)
{
    private const string CompleteSuffix = ".update";
    private const string PartialSuffix = ".partial";

    /// <summary>A run's directory.</summary>
    public string Run(string runId) => EntityName.IsValid(runId)
        ? Path.Combine(root, runId)
        : throw new ArgumentException("A run's id reached the spool unchecked.", nameof(runId));

    /// <summary>A client's complete file.</summary>
    public string Complete(UpdateId id) => File(id, CompleteSuffix);

    /// <summary>A client's file that is still being written.</summary>
    public string Partial(UpdateId id) => File(id, PartialSuffix);

    /// <summary>The complete files of a round.</summary>
    public IEnumerable<string> CompleteFiles(string runId, int round) => Files(runId, RoundPrefix(round) + "*" + CompleteSuffix);

    /// <summary>All files of a round.</summary>
    public IEnumerable<string> AllFiles(string runId, int round) => Files(runId, RoundPrefix(round) + "*");

    private IEnumerable<string> Files(string runId, string pattern)
    {
        var directory = Run(runId);
        return Directory.Exists(directory) ? Directory.EnumerateFiles(directory, pattern) : [];
    }

    private string File(UpdateId id, string suffix) =>
        Path.Combine(Run(id.RunId), string.Create(CultureInfo.InvariantCulture, $"{RoundPrefix(id.Round)}{id.Client}{suffix}"));

    private static string RoundPrefix(int round) => string.Create(CultureInfo.InvariantCulture, $"r{round}-c");
}

using Microsoft.Extensions.Logging;

namespace Distributed.Coordinator.Runs;

internal sealed partial class RunGrain
{
    [LoggerMessage(2201, LogLevel.Information, "Run {Run} ({Name}) submitted: {Rounds} rounds, {Clients} clients")]
    private partial void LogSubmitted(string run, string name, int rounds, int clients);

    [LoggerMessage(2202, LogLevel.Information, "Run {Run} goes on with round {Round} from version {Version}; {Admitted} updates are in already")]
    private partial void LogResumed(string run, int round, long version, int admitted);

    [LoggerMessage(2203, LogLevel.Information, "Run {Run} round {Round} {Outcome} in {Seconds:0.000} s: version {Version}, {Used} updates used, {Refused} refused")]
    private partial void LogRoundClosed(string run, int round, string outcome, double seconds, long version, int used, int refused);

    [LoggerMessage(2204, LogLevel.Information, "Run {Run} {Outcome} {Reason}")]
    private partial void LogEnded(string run, string outcome, string reason);

    [LoggerMessage(2205, LogLevel.Information, "Run {Run} round {Round}: upload of client {Client} from node {Node} refused: {Code} {Detail}")]
    private partial void LogUploadRefused(string run, int round, int client, string node, string code, string detail);

    [LoggerMessage(2206, LogLevel.Warning, "Run {Run} round {Round} task {Index} failed on node {Node}: {Code} {Detail}")]
    private partial void LogTaskFailed(string run, int round, int index, string node, string code, string detail);

    [LoggerMessage(2207, LogLevel.Warning, "Node {Node} rejected run {Run}: {Problems}")]
    private partial void LogRejected(string run, string node, string problems);

    [LoggerMessage(2208, LogLevel.Warning, "Run {Run}: a damaged file in the spool is left out: {Problem}")]
    private partial void LogDamaged(string run, string problem);

    [LoggerMessage(2209, LogLevel.Critical, "Run {Run}: CommitFenced in term {Term}, this coordinator stops: {Reason}")]
    private partial void LogFenced(string run, long term, string reason);

    [LoggerMessage(2210, LogLevel.Error, "Run {Run}: work outside the turn failed")]
    private partial void LogEffectFailed(Exception error, string run);

    [LoggerMessage(2211, LogLevel.Warning, "Run {Run}: the state could not be written; manifests and lines have what matters")]
    private partial void LogStateNotWritten(Exception error, string run);

    [LoggerMessage(2213, LogLevel.Warning, "Run {Run}: metrics.csv or report.html could not be written; dist report makes the page again")]
    private partial void LogReportNotWritten(Exception error, string run);

    [LoggerMessage(2214, LogLevel.Warning, "Run {Run} {What}")]
    private partial void LogDisk(string run, string what);

    [LoggerMessage(2215, LogLevel.Information, "Run {Run} is taken up again by an operator: round {Round}, version {Version}")]
    private partial void LogReopened(string run, int round, long version);

    [LoggerMessage(2212, LogLevel.Warning, "Run {Run}: node {Node} tells of {Told} clients, expected {Clients}; it is left out of partition.json")]
    private partial void LogOtherPartition(string run, string node, int told, int clients);
}

using Distributed.Protocols.V1;
using Microsoft.Extensions.Logging;

namespace Distributed.Node.Session;

internal partial class TaskFloor
{
    [LoggerMessage(3201, LogLevel.Information, "Run {Run}: task {Kind} of round {Round}, {Index}, dropped: {Reason}")]
    private partial void LogDropped(string run, TaskKind kind, uint round, uint index, string reason);

    [LoggerMessage(3203, LogLevel.Debug, "Run {Run}: aggregating {Updates} updates of round {Round} with the proxy set")]
    private partial void LogAggregating(string run, int updates, uint round);

    [LoggerMessage(3202, LogLevel.Warning, "Run {Run}: task {Kind} of round {Round}, {Index}, failed with {Code}: {Detail}")]
    private partial void LogFailed(string run, TaskKind kind, uint round, uint index, string code, string detail);
}

using Microsoft.Extensions.Logging;

namespace Distributed.Coordinator.Runs;

internal sealed partial class DirectoryGrain
{
    [LoggerMessage(2001, LogLevel.Information, "Node {Node} joined: {Slots} slots on {Device}")]
    private partial void LogJoined(string node, int slots, string device);

    [LoggerMessage(2002, LogLevel.Information, "Node {Node} left: {Reason}")]
    private partial void LogLeft(string node, string reason);

    [LoggerMessage(2003, LogLevel.Error, "Run {Run} did not take a membership change")]
    private partial void LogRunUnreachable(Exception error, string run);
}

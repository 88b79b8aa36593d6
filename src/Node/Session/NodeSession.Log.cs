using Distributed.Protocols.V1;
using Microsoft.Extensions.Logging;

namespace Distributed.Node.Session;

internal partial class NodeSession
{
    [LoggerMessage(3001, LogLevel.Information, "Joined {Coordinator} as {Name} (coordinator {Version})")]
    private partial void LogJoined(string coordinator, string name, string version);

    [LoggerMessage(3002, LogLevel.Warning, "Lost the coordinator: {Reason}")]
    private partial void LogLost(string reason);

    [LoggerMessage(3003, LogLevel.Information, "Waiting for the coordinator at {Coordinator}: {Reason}")]
    private partial void LogWaiting(string coordinator, string reason);

    [LoggerMessage(3004, LogLevel.Error, "The coordinator refuses this node: {Refusal}")]
    private partial void LogRefused(string refusal);

    [LoggerMessage(3005, LogLevel.Debug, "Unknown message {Message} ignored")]
    private partial void LogUnknown(CoordinatorMessage.MessageOneofCase message);
}

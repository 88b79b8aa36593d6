using Microsoft.Extensions.Logging;

namespace Orleans.Runtime;

internal sealed partial class LocalObserver
{
    [LoggerMessage(1, LogLevel.Warning, "The observer was deleted or collected; dropped: {Call}")]
    private static partial void LogGone(ILogger logger, string call);

    [LoggerMessage(2, LogLevel.Error, "A one-way call failed: {Call}")]
    private static partial void LogOneWayFailed(ILogger logger, Exception error, string call);
}

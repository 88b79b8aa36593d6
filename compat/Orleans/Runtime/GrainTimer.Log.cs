using Microsoft.Extensions.Logging;

namespace Orleans.Runtime;

internal sealed partial class GrainTimer
{
    [LoggerMessage(1, LogLevel.Error, "A timer callback of {Grain} failed; the timer goes on")]
    private static partial void LogTickFailed(ILogger logger, Exception error, GrainId grain);
}

using Microsoft.Extensions.Logging;

namespace Orleans.Runtime;

internal sealed partial class Activation
{
    [LoggerMessage(1, LogLevel.Error, "Activation of {Grain} failed")]
    private static partial void LogActivationFailed(ILogger logger, Exception error, GrainId grain);

    [LoggerMessage(2, LogLevel.Error, "Deactivation of {Grain} failed")]
    private static partial void LogDeactivationFailed(ILogger logger, Exception error, GrainId grain);

    [LoggerMessage(3, LogLevel.Error, "A one-way call failed: {Call}")]
    private static partial void LogOneWayFailed(ILogger logger, Exception error, string call);
}

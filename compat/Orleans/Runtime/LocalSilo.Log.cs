using Microsoft.Extensions.Logging;

namespace Orleans.Runtime;

internal sealed partial class LocalSilo
{
    [LoggerMessage(1, LogLevel.Warning, "The silo stops before {Grain} has deactivated")]
    private static partial void LogAbandoned(ILogger logger, GrainId grain);
}

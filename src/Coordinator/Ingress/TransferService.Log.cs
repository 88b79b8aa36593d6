using Microsoft.Extensions.Logging;

namespace Distributed.Coordinator.Ingress;

internal sealed partial class TransferService
{
    [LoggerMessage(2001, LogLevel.Information, "Update refused, {Code}: {Reason}")]
    private static partial void UpdateRefused(ILogger logger, string code, string reason);

    [LoggerMessage(2002, LogLevel.Information, "Download refused, {Code}: {Reason}")]
    private static partial void DownloadRefused(ILogger logger, string code, string reason);
}

using Grpc.Core;
using Microsoft.Extensions.Logging;

namespace Grpc.AspNetCore.Server.Internal;

internal static partial class ServerLog
{
    [LoggerMessage(1, LogLevel.Error, "Error when executing service method '{Method}'.")]
    public static partial void HandlerFailed(ILogger logger, string method, Exception e);

    [LoggerMessage(2, LogLevel.Information, "Service method '{Method}' ended with status {Status}.")]
    public static partial void RpcError(ILogger logger, string method, StatusCode status, Exception e);

    [LoggerMessage(3, LogLevel.Debug, "Call of '{Method}' was cancelled.")]
    public static partial void Cancelled(ILogger logger, string method, Exception e);

    [LoggerMessage(4, LogLevel.Information, "Request for '{Method}' refused: {Detail}")]
    public static partial void NotGrpc(ILogger logger, string method, string detail);

    [LoggerMessage(5, LogLevel.Information, "Bad request for '{Method}'.")]
    public static partial void BadRequest(ILogger logger, string method, Exception e);
}

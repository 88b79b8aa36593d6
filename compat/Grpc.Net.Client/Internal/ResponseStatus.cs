using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using Grpc.Core;
using Grpc.Shared;

namespace Grpc.Net.Client.Internal;

// What a response, or the lack of one, means as a gRPC status.
internal static class ResponseStatus
{
    public static Status? FromHeaders(HttpHeaders headers)
    {
        if (!headers.NonValidated.TryGetValues(WireNames.Status, out var values))
            return null;
        if (!int.TryParse(values.ToString(), NumberStyles.None, CultureInfo.InvariantCulture, out var code))
            return new Status(StatusCode.Unknown, $"Unexpected grpc-status value: {values}");
        var message = headers.NonValidated.TryGetValues(WireNames.Message, out var text) ? StatusMessage.Decode(text.ToString()) : "";
        return new Status(Enum.IsDefined((StatusCode)code) ? (StatusCode)code : StatusCode.Unknown, message);
    }

    // Null for a response that carries gRPC messages.
    public static Status? FromHttp(HttpResponseMessage response)
    {
        if (response.StatusCode != HttpStatusCode.OK)
            return new Status(FromHttpCode(response.StatusCode), $"Bad gRPC response. HTTP status code: {(int)response.StatusCode}");
        var contentType = response.Content.Headers.NonValidated.TryGetValues("Content-Type", out var values) ? values.ToString() : null;
        return WireNames.IsGrpc(contentType)
            ? null
            : new Status(StatusCode.Cancelled, $"Bad gRPC response. Invalid content-type value: {contentType ?? "(none)"}");
    }

    public static Status FromException(Exception e, string what)
    {
        if (e is RpcException rpc)
            return rpc.Status;
        var text = new StringBuilder(what);
        var code = e is OperationCanceledException ? StatusCode.Cancelled : StatusCode.Internal;
        for (var cause = e; cause is not null; cause = cause.InnerException)
        {
            text.Append(CultureInfo.InvariantCulture, $" {cause.GetType().Name}: {cause.Message}");
            if (cause is HttpProtocolException protocol)
                return new Status(FromStreamReset(protocol.ErrorCode), text.ToString(), e);
            if (cause is HttpRequestException or IOException or SocketException)
                code = StatusCode.Unavailable;
        }

        return new Status(code, text.ToString(), e);
    }

    private static StatusCode FromHttpCode(HttpStatusCode code) => code switch
    {
        HttpStatusCode.BadRequest => StatusCode.Internal,
        HttpStatusCode.Unauthorized => StatusCode.Unauthenticated,
        HttpStatusCode.Forbidden => StatusCode.PermissionDenied,
        HttpStatusCode.NotFound => StatusCode.Unimplemented,
        HttpStatusCode.TooManyRequests or HttpStatusCode.BadGateway or HttpStatusCode.ServiceUnavailable or HttpStatusCode.GatewayTimeout
            => StatusCode.Unavailable,
        _ => StatusCode.Unknown,
    };

    // HTTP/2 error codes. NO_ERROR ends a call without a status only when the server goes away.
    private static StatusCode FromStreamReset(long code) => code switch
    {
        0x0 or 0x7 => StatusCode.Unavailable,
        0x8 => StatusCode.Cancelled,
        0xB => StatusCode.ResourceExhausted,
        0xC => StatusCode.PermissionDenied,
        _ => StatusCode.Internal,
    };
}

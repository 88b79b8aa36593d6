using System.Security.Authentication;
using Grpc.Core;

namespace Distributed.Protocols.Tls;

/// <summary>What a failed call says about TLS, for people.</summary>
public static class TlsFailure
{
    /// <summary>Whether a handshake failed, which waiting does not mend.</summary>
    public static bool IsHandshake(RpcException error)
    {
        ArgumentNullException.ThrowIfNull(error);
        return Causes(error).Any(cause => cause is AuthenticationException);
    }

    /// <summary>Why no secure connection came about; null when the failure is of another kind.</summary>
    /// <param name="error">A call's failure.</param>
    /// <param name="address">The URL that was called.</param>
    public static string? Explain(RpcException error, string address)
    {
        ArgumentNullException.ThrowIfNull(error);
        ArgumentNullException.ThrowIfNull(address);
        var secure = address.StartsWith("https:", StringComparison.OrdinalIgnoreCase);
        foreach (var cause in Causes(error))
        {
            switch (cause)
            {
                case AuthenticationException handshake:
                    return handshake.Message;
                case HttpRequestException http when IsBeforeHttp(http):
                    return secure
                        ? $"{address} ended the connection behind the handshake: it wants a client certificate (--tls-certificate, --tls-key), or refuses this one; its log says why"
                        : $"{address} answers, but not in plain HTTP/2: a coordinator with --tls-certificate is reached by https://";
            }
        }

        return null;
    }

    // A connection came about, HTTP/2 on it did not. Which exception says so depends on what arrives first: the alert, the end, or the answer to a write.
    private static bool IsBeforeHttp(HttpRequestException error) =>
        error.HttpRequestError == HttpRequestError.InvalidResponse
        || (error.HttpRequestError == HttpRequestError.Unknown && error.InnerException is null or IOException { InnerException: ObjectDisposedException });

    private static IEnumerable<Exception> Causes(RpcException error)
    {
        for (var cause = error.Status.DebugException; cause is not null; cause = cause.InnerException)
        {
            yield return cause;
        }
    }
}

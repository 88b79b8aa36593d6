using Grpc.Core;
using Grpc.Shared;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Grpc.AspNetCore.Server.Internal;

internal sealed partial class HttpContextCallContext : ServerCallContext, IAsyncDisposable
{
    // The name under which the real package keeps it.
    public const string HttpContextKey = "__HttpContext";

    private static readonly HashSet<string> _notMetadata = new(StringComparer.OrdinalIgnoreCase)
    {
        WireNames.Timeout, WireNames.Encoding, WireNames.AcceptEncoding, "content-type", "te", "host", "accept-encoding",
    };

    private readonly IMethod _method;
    private Metadata? _requestHeaders;
    private Metadata? _responseTrailers;
    private Dictionary<object, object>? _userState;

    public HttpContextCallContext(HttpContext httpContext, IMethod method)
    {
        HttpContext = httpContext;
        _method = method;
        WatchDeadline();
        CancellationTokenCore = _cancel?.Token ?? httpContext.RequestAborted;
    }

    public HttpContext HttpContext { get; }

    protected override string MethodCore => _method.FullName;

    protected override string HostCore => HttpContext.Request.Host.Value ?? "";

    protected override string PeerCore => HttpContext.Connection switch
    {
        { RemoteIpAddress: { } address } connection =>
            $"{(address.AddressFamily == System.Net.Sockets.AddressFamily.InterNetwork ? "ipv4" : "ipv6")}:{new System.Net.IPEndPoint(address, connection.RemotePort)}",
        _ => "unix:",
    };

    protected override DateTime DeadlineCore => _deadline;

    // Read once: a task that outlives its call may still ask.
    protected override CancellationToken CancellationTokenCore { get; }

    protected override Metadata RequestHeadersCore => _requestHeaders ??= ReadRequestHeaders();

    protected override Metadata ResponseTrailersCore => _responseTrailers ??= [];

    protected override Status StatusCore { get; set; } = Status.DefaultSuccess;

    protected override WriteOptions? WriteOptionsCore { get; set; }

    protected override AuthContext AuthContextCore => field ??= CertificateAuth.Create(HttpContext.Connection.ClientCertificate);

    protected override IDictionary<object, object> UserStateCore => _userState ??= new() { [HttpContextKey] = HttpContext };

    protected override async Task WriteResponseHeadersAsyncCore(Metadata responseHeaders)
    {
        ArgumentNullException.ThrowIfNull(responseHeaders);
        if (HttpContext.Response.HasStarted)
            throw new InvalidOperationException("Response headers can only be sent once per call.");
        ServerResponse.Append(HttpContext.Response.Headers, responseHeaders);
        await HttpContext.Response.StartAsync(CancellationToken);
        await HttpContext.Response.BodyWriter.FlushAsync(CancellationToken);
    }

    // A token would carry deadline and cancellation to calls of this handler; handlers here pass those by themselves.
    protected override ContextPropagationToken CreatePropagationTokenCore(ContextPropagationOptions? options) =>
        throw new NotSupportedException("Context propagation is not supported: pass Deadline and CancellationToken.");

    private Metadata ReadRequestHeaders()
    {
        var metadata = new Metadata();
        foreach (var (name, values) in HttpContext.Request.Headers)
        {
            if (name.StartsWith(':') || _notMetadata.Contains(name))
                continue;
            foreach (var value in values)
                metadata.AddHeader(name, value ?? "");
        }

        return metadata;
    }
}

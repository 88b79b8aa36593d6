using Grpc.Core;
using Grpc.Net.Client.Internal;

namespace Grpc.Net.Client;

public sealed class GrpcChannel : ChannelBase, IDisposable
{
    private readonly Uri _address;
    private readonly HttpMessageInvoker _invoker;
    private readonly bool _ownsInvoker;
    private readonly CancellationTokenSource _disposed = new();

    private GrpcChannel(Uri address, GrpcChannelOptions options)
        : base(address.Authority)
    {
        CheckCredentials(address, options.Credentials);
        _address = address;
        _ownsInvoker = options.DisposeHttpClient || options.HttpHandler is null;
        _invoker = new HttpMessageInvoker(options.HttpHandler ?? new SocketsHttpHandler { EnableMultipleHttp2Connections = true }, _ownsInvoker);
        MaxSendMessageSize = options.MaxSendMessageSize;
        MaxReceiveMessageSize = options.MaxReceiveMessageSize;
        ThrowsOperationCanceled = options.ThrowOperationCanceledOnCancellation;
        Disposed = _disposed.Token;
    }

    internal int? MaxSendMessageSize { get; }

    internal int? MaxReceiveMessageSize { get; }

    internal bool ThrowsOperationCanceled { get; }

    internal CancellationToken Disposed { get; }

    public static GrpcChannel ForAddress(string address) => ForAddress(address, new GrpcChannelOptions());

    public static GrpcChannel ForAddress(string address, GrpcChannelOptions channelOptions)
    {
        ArgumentNullException.ThrowIfNull(address);
        return ForAddress(new Uri(address), channelOptions);
    }

    public static GrpcChannel ForAddress(Uri address) => ForAddress(address, new GrpcChannelOptions());

    public static GrpcChannel ForAddress(Uri address, GrpcChannelOptions channelOptions)
    {
        ArgumentNullException.ThrowIfNull(address);
        ArgumentNullException.ThrowIfNull(channelOptions);
        return new GrpcChannel(address, channelOptions);
    }

    public override CallInvoker CreateCallInvoker()
    {
        ObjectDisposedException.ThrowIf(Disposed.IsCancellationRequested, this);
        return new ChannelCallInvoker(this);
    }

    // Ends the calls that are still going on.
    public void Dispose()
    {
        if (Disposed.IsCancellationRequested)
            return;
        _disposed.Cancel();
        _disposed.Dispose();
        if (_ownsInvoker)
            _invoker.Dispose();
    }

    internal HttpRequestMessage CreateRequest(IMethod method) => new(HttpMethod.Post, new Uri(_address, method.FullName))
    {
        Version = System.Net.HttpVersion.Version20,
        VersionPolicy = HttpVersionPolicy.RequestVersionExact,
    };

    // Answers at the response's headers.
    internal Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
        _invoker.SendAsync(request, cancellationToken);

    private static void CheckCredentials(Uri address, ChannelCredentials? credentials)
    {
        if (address.Scheme is not ("http" or "https"))
            throw new ArgumentException($"No address resolver configured for the scheme '{address.Scheme}'.", nameof(address));
        var secure = address.Scheme == "https";
        if (credentials is not null && secure != (credentials == ChannelCredentials.SecureSsl))
            throw new InvalidOperationException($"The channel's credentials can't be used with the '{address.Scheme}' scheme of {address}.");
    }
}

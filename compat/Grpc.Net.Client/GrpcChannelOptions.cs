using Grpc.Core;

namespace Grpc.Net.Client;

public sealed class GrpcChannelOptions
{
    private const int DefaultMaxReceiveMessageSize = 4 * 1024 * 1024;

    public ChannelCredentials? Credentials { get; set; }

    // In bytes; null: no limit.
    public int? MaxSendMessageSize { get; set; }

    // In bytes; null: no limit.
    public int? MaxReceiveMessageSize { get; set; } = DefaultMaxReceiveMessageSize;

    public HttpMessageHandler? HttpHandler { get; set; }

    // Of HttpHandler too.
    public bool DisposeHttpClient { get; set; }

    public bool ThrowOperationCanceledOnCancellation { get; set; }
}

using Distributed.Protocols.Tls;
using Distributed.Protocols.Transfers;
using Distributed.Protocols.V1;
using Grpc.Core;
using Grpc.Net.Client;

namespace Distributed.Cli.Remote;

/// <summary>The coordinator as an operator's command sees it.</summary>
internal sealed class CoordinatorClient : IDisposable
{
    private readonly GrpcChannel channel;

    private CoordinatorClient(Uri address, HttpMessageHandler? handler)
    {
        Address = address.GetLeftPart(UriPartial.Authority);
        channel = GrpcChannel.ForAddress(address, new GrpcChannelOptions
        {
            HttpHandler = handler,
            DisposeHttpClient = handler is not null,
            MaxReceiveMessageSize = TransferSizes.MaximumFrameBytes * 4,
        });
        Invoker = channel.CreateCallInvoker();
        Runs = new RunService.RunServiceClient(channel);
    }

    /// <summary>Where it listens, as people write it.</summary>
    public string Address { get; }

    /// <summary>Runs: submit, follow, status, stop.</summary>
    public RunService.RunServiceClient Runs { get; }

    /// <summary>For the transfer methods, which are bound by hand.</summary>
    public CallInvoker Invoker { get; }

    /// <summary>A coordinator on the network.</summary>
    /// <param name="address">Where it listens.</param>
    /// <param name="tls">The certificates for an <c>https</c> address.</param>
    public static CoordinatorClient At(Uri address, TlsFiles tls) => new(
        address, address.Scheme == "https" ? new SocketsHttpHandler { ConnectCallback = new TlsDialer(tls).ConnectAsync, UseProxy = false } : null);

    /// <summary>A coordinator behind a handler, such as one that dials a Unix socket.</summary>
    public static CoordinatorClient Through(HttpMessageHandler handler) => new(new Uri("http://localhost"), handler);

    /// <inheritdoc />
    public void Dispose() => channel.Dispose();
}

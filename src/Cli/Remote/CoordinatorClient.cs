using Distributed.Node.Connection;
using Distributed.Protocols.Tls;
using Distributed.Protocols.V1;
using Grpc.Core;
using Grpc.Net.Client;

namespace Distributed.Cli.Remote;

/// <summary>The coordinator as an operator's command sees it.</summary>
internal sealed class CoordinatorClient : IDisposable
{
    private readonly GrpcChannel channel;

    private CoordinatorClient(string address, TlsFiles tls)
    {
        Address = address;
        channel = CoordinatorChannel.Open(address, tls);
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
    public static CoordinatorClient At(Uri address, TlsFiles tls) => new(address.GetLeftPart(UriPartial.Authority), tls);

    /// <summary>A coordinator on this machine.</summary>
    /// <param name="socket">Path of the Unix socket that it listens on.</param>
    public static CoordinatorClient At(string socket) => new(NodeOptions.UnixPrefix + socket, TlsFiles.None);

    /// <inheritdoc />
    public void Dispose() => channel.Dispose();
}

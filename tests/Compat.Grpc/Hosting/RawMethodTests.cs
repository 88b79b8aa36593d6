using System.Security.Cryptography;
using Distributed.Compat.Grpc.Tests.Support;
using Grpc.AspNetCore.Server.Model;
using Grpc.Core;
using Grpc.Net.Client;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Distributed.Compat.Grpc.Tests.Hosting;

public sealed class RawMethodTests
{
    public static TheoryData<string> Methods => [nameof(RawService.Mirror), nameof(RawService.MirrorUnsized), nameof(RawService.MirrorArray)];

    // Written and read at once, so that windows fill in both directions.
    [Theory]
    [MemberData(nameof(Methods))]
    public async Task Duplex_ChunksOfManySizes_ArriveUnchanged(string name)
    {
        await using var host = await StartAsync();
        var method = (Method<Chunk, Chunk>)typeof(RawService).GetProperty(name)!.GetValue(null)!;
        using var call = host.Channel(new GrpcChannelOptions { MaxReceiveMessageSize = null }).CreateCallInvoker()
            .AsyncDuplexStreamingCall(method, null, default);
        byte[][] sent = [.. new[] { 0, 1, 4091, 4096, 65_536, 1_048_576, 0, 3_000_000, 17 }.Select(RandomNumberGenerator.GetBytes)];

        var writing = Task.Run(async () =>
        {
            foreach (var bytes in sent)
                await call.RequestStream.WriteAsync(new Chunk(bytes));
            await call.RequestStream.CompleteAsync();
        });

        var received = new List<byte[]>();
        await foreach (var chunk in call.ResponseStream.ReadAllAsync())
            received.Add(chunk.Bytes);
        await writing;
        Assert.Equal(sent.Select(Hash), received.Select(Hash));
    }

    [Fact]
    public async Task Unary_RawMethod_IsServed()
    {
        await using var host = await StartAsync();
        var call = host.Channel().CreateCallInvoker().AsyncUnaryCall(RawService.Single, null, default, new Chunk([1, 2, 3]));
        Assert.Equal([1, 2, 3], (await call).Bytes);
    }

    // The server sends a chunk the client's marshaller cannot read: the status says so.
    [Fact]
    public async Task Client_MarshallerThrowsRpcException_IsTheStatus()
    {
        await using var host = await StartAsync();
        var refusing = Marshallers.Create<Chunk>(
            Chunk.Marshaller.ContextualSerializer, _ => throw new RpcException(new Status(StatusCode.DataLoss, "bad checksum")));
        var method = new Method<Chunk, Chunk>(RawService.Single.Type, RawService.Single.ServiceName, RawService.Single.Name, Chunk.Marshaller, refusing);
        var call = host.Channel().CreateCallInvoker().AsyncUnaryCall(method, null, default, new Chunk([1]));
        Assert.Equal(StatusCode.DataLoss, (await Assert.ThrowsAsync<RpcException>(() => call.ResponseAsync)).StatusCode);
    }

    private static string Hash(byte[] bytes) => $"{bytes.Length} {Convert.ToHexString(SHA256.HashData(bytes))}";

    private static Task<GrpcHost> StartAsync() => GrpcHost.StartAsync(
        options => options.MaxReceiveMessageSize = null,
        services: services => services.AddSingleton<IServiceMethodProvider<RawService>, RawMethods>(),
        map: app => app.MapGrpcService<RawService>());
}

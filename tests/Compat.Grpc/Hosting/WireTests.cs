using System.Diagnostics;
using System.Net;
using Distributed.Compat.Grpc.Tests.Support;
using Distributed.Compat.Grpc.Tests.V1;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Xunit;

namespace Distributed.Compat.Grpc.Tests.Hosting;

// What the server answers to requests that are not as the protocol wants them.
public sealed class WireTests
{
    [Theory]
    [InlineData(1, null, "13")]
    [InlineData(1, "identity", "13")]
    [InlineData(1, "unheard-of", "12")]
    [InlineData(0, "unheard-of", "0")]
    public async Task Compression_FlagAndEncoding_Status(byte flag, string? encoding, string status)
    {
        await using var host = await GrpcHost.StartAsync();
        using var request = WireRequest.For(host, "Echo", new Text { Value = "x" }, flag);
        if (encoding is not null)
            request.Headers.Add("grpc-encoding", encoding);
        Assert.Equal(status, await StatusOf(request));
    }

    [Fact]
    public async Task Body_EndsInsideTheMessage_Internal()
    {
        await using var host = await GrpcHost.StartAsync();
        using var none = WireRequest.For(host, "Echo", []);
        Assert.Equal("13", await StatusOf(none));
        using var header = WireRequest.For(host, "Echo", [0, 0, 0]);
        Assert.Equal("13", await StatusOf(header));
        using var payload = WireRequest.For(host, "Echo", [0, 0, 0, 0, 9, 1]);
        Assert.Equal("13", await StatusOf(payload));
        using var stream = WireRequest.For(host, "Sum", [0, 0, 0, 0, 9, 1]);
        Assert.Equal("13", await StatusOf(stream));
    }

    [Fact]
    public async Task Body_TwoMessagesForAUnaryMethod_Internal()
    {
        await using var host = await GrpcHost.StartAsync();
        using var request = WireRequest.For(host, "Echo", [0, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
        Assert.Equal("13", await StatusOf(request));
    }

    [Fact]
    public async Task ContentType_NotGrpc_UnsupportedMediaType()
    {
        await using var host = await GrpcHost.StartAsync();
        using var http = new HttpClient();
        using var request = WireRequest.For(host, "Echo", [], "application/json");
        using var response = await http.SendAsync(request);
        Assert.Equal(HttpStatusCode.UnsupportedMediaType, response.StatusCode);
    }

    [Fact]
    public async Task Method_Unknown_UnimplementedWithoutABody()
    {
        await using var host = await GrpcHost.StartAsync();
        using var http = new HttpClient();
        using var request = WireRequest.For(host, "NoSuchMethod", new Text());
        using var response = await http.SendAsync(request);
        Assert.Equal("12", WireRequest.Status(response));
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
    }

    // Pages of the same host are not taken for gRPC methods.
    [Fact]
    public async Task Path_OfAnotherKind_StaysNotFound()
    {
        await using var host = await GrpcHost.StartAsync();
        using var http = new HttpClient { DefaultRequestVersion = HttpVersion.Version20, DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact };
        using var response = await http.GetAsync(new Uri($"{host.Address}/some/page"));
        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
    }

    [Fact]
    public async Task StatusMessage_OddCharacters_OnlyThoseAreEncoded()
    {
        await using var host = await GrpcHost.StartAsync();
        using var http = new HttpClient();
        using var request = WireRequest.For(host, "Echo", new Text { Value = "refuse" });
        using var response = await http.SendAsync(request);
        Assert.Equal("Gr%C3%B6%C3%9Fe 100 %25 %E2%80%94 %E6%95%B0%0A", WireRequest.Single(response, "grpc-message"));
    }

    // A trace goes on from client to server: HttpClient sends the current activity, ASP.NET continues it.
    [Fact]
    public async Task Activity_OfTheCaller_IsContinuedByTheServer()
    {
        string? seen = null;
        await using var host = await GrpcHost.StartAsync(map: app => app.Use(next => context =>
        {
            seen = context.Request.Headers.TraceParent;
            return next(context);
        }));
        using var activity = new Activity("caller").Start();

        await host.Client().EchoAsync(new Text());

        Assert.Contains(activity.TraceId.ToHexString(), seen, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Endpoint_OfAMethod_NamesIt()
    {
        Endpoint? endpoint = null;
        await using var host = await GrpcHost.StartAsync(map: app => app.Use(next => context =>
        {
            endpoint = context.GetEndpoint();
            return next(context);
        }));
        await host.Client().EchoAsync(new Text());
        Assert.Equal("gRPC - /distributed.test.v1.Tester/Echo", endpoint?.DisplayName);
        Assert.Equal("/distributed.test.v1.Tester/Echo", endpoint?.Metadata.GetMetadata<global::Grpc.AspNetCore.Server.GrpcMethodMetadata>()?.Method.FullName);
    }

    private static async Task<string?> StatusOf(HttpRequestMessage request)
    {
        using var http = new HttpClient();
        using var response = await http.SendAsync(request).WaitAsync(TimeSpan.FromSeconds(30));
        return WireRequest.Status(response);
    }
}

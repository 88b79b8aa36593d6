using System.Buffers.Binary;
using System.Net;
using System.Net.Http.Headers;
using Google.Protobuf;

namespace Distributed.Compat.Grpc.Tests.Support;

// gRPC requests made by hand over HttpClient, for what a proper client would not send.
internal static class WireRequest
{
    public static HttpRequestMessage For(GrpcHost host, string method, IMessage message, byte compressed = 0)
    {
        var payload = message.ToByteArray();
        var frame = new byte[5 + payload.Length];
        frame[0] = compressed;
        BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(1), payload.Length);
        payload.CopyTo(frame, 5);
        return For(host, method, frame);
    }

    public static HttpRequestMessage For(GrpcHost host, string method, byte[] body, string contentType = "application/grpc")
    {
        var request = new HttpRequestMessage(HttpMethod.Post, $"{host.Address}/distributed.test.v1.Tester/{method}")
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = new ByteArrayContent(body),
        };
        request.Content.Headers.ContentType = MediaTypeHeaderValue.Parse(contentType);
        return request;
    }

    // Of a response that was read to its end.
    public static string? Status(HttpResponseMessage response) => Single(response, "grpc-status");

    public static string? Single(HttpResponseMessage response, string name) =>
        response.TrailingHeaders.TryGetValues(name, out var values) || response.Headers.TryGetValues(name, out values) ? values.Single() : null;
}

using System.Buffers;
using Grpc.Core;
using Grpc.Shared;

namespace Grpc.Net.Client.Internal;

// One call: sends the request, and knows how the call ended. The first end counts (the server's status, a cancellation, the deadline, a
// broken connection); whatever breaks afterwards is its consequence.
internal sealed partial class GrpcCall : IDisposable
{
    private const string UserAgent = "grpc-distributed/0.1";

    private readonly GrpcChannel _channel;
    private readonly IMethod _method;
    private readonly string? _host;
    private readonly CallOptions _options;
    private readonly TaskCompletionSource<Metadata> _headers = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private HttpResponseMessage? _response;

    public GrpcCall(GrpcChannel channel, IMethod method, string? host, CallOptions options)
    {
        _channel = channel;
        _method = method;
        _host = host;
        _options = options;
        Cancelled = _cancel.Token;
        WatchCancellation();
        WatchDeadline();
    }

    public Task<Metadata> Headers => _headers.Task;

    public int? MaxSendMessageSize => _channel.MaxSendMessageSize;

    public WriteOptions? WriteOptions => _options.WriteOptions;

    // Sends a call with one request message.
    public Task<Stream?> Send<TRequest, TResponse>(TRequest request, Method<TRequest, TResponse> method)
    {
        try
        {
            // HttpClient may send the frame a second time, over another connection, and says nothing when it is done with it.
            var serialization = new BufferSerializationContext(MaxSendMessageSize, pooled: false);
            return OpenAsync(new SingleContent(serialization.Serialize(request, method.RequestMarshaller.ContextualSerializer)));
        }
        catch (Exception e)
        {
            Fail(e, "Error serializing the request.");
            return Task.FromResult<Stream?>(null);
        }
    }

    // The stream of response messages; null when the call is over without one.
    public async Task<Stream?> OpenAsync(RequestContent content)
    {
        if (IsFinished)
            return null;
        try
        {
            using var request = CreateRequest(content);
            var response = await _channel.SendAsync(request, Cancelled);
            _response = response;
            if (IsFinished)
            {
                // Cancelled while the headers came in: Finish may not have seen the response.
                response.Dispose();
                return null;
            }

            return ReadHeaders(response) ? await response.Content.ReadAsStreamAsync(Cancelled) : null;
        }
        catch (Exception e)
        {
            Fail(e, "Error starting gRPC call.");
            return null;
        }
    }

    public FrameReader CreateReader(Stream stream) => new(stream, _channel.MaxReceiveMessageSize, Header(WireNames.Encoding));

    public async Task<TResponse> ReadSingleAsync<TResponse>(Task<Stream?> opening, Marshaller<TResponse> marshaller)
        where TResponse : class
    {
        TResponse? message = null;
        FrameReader? frames = null;
        try
        {
            if (await opening is { } stream)
            {
                frames = CreateReader(stream);
                if (await frames.ReadAsync(Cancelled) is { } frame)
                {
                    message = new PayloadContext().Deserialize(new ReadOnlySequence<byte>(frame), marshaller.ContextualDeserializer);
                    if (await frames.ReadAsync(Cancelled) is not null)
                        throw new RpcException(new Status(StatusCode.Internal, "Unexpected data after finished reading message."));
                }

                FinishWithTrailers(frames.Truncated);
            }
        }
        catch (Exception e)
        {
            Fail(e, "Error reading the response.");
        }

        frames?.Release();
        if (GetStatus().StatusCode != StatusCode.OK)
            throw Error();
        return message ?? throw new RpcException(new Status(StatusCode.Internal, "Failed to deserialize response message."), GetTrailers());
    }

    private HttpRequestMessage CreateRequest(RequestContent content)
    {
        var request = _channel.CreateRequest(_method);
        request.Content = content;
        request.Headers.Host = _host;
        request.Headers.TryAddWithoutValidation("te", "trailers");
        request.Headers.TryAddWithoutValidation(WireNames.AcceptEncoding, WireNames.Identity);
        if (_options.Deadline is { } deadline && deadline != DateTime.MaxValue)
            request.Headers.TryAddWithoutValidation(WireNames.Timeout, WireTimeout.Encode(TimeLeft(deadline)));
        foreach (var entry in _options.Headers ?? Metadata.Empty)
            request.Headers.TryAddWithoutValidation(entry.Key, MetadataText.Encode(entry));
        if (!request.Headers.NonValidated.Contains("user-agent"))
            request.Headers.TryAddWithoutValidation("user-agent", UserAgent);
        return request;
    }

    private bool ReadHeaders(HttpResponseMessage response)
    {
        var headers = ToMetadata(response.Headers);
        // A status among the headers: there are no messages and no trailers.
        if (ResponseStatus.FromHeaders(response.Headers) is { } status)
        {
            _headers.TrySetResult(headers);
            Finish(status, headers);
            return false;
        }

        if (ResponseStatus.FromHttp(response) is { } refused)
        {
            Finish(refused, headers);
            return false;
        }

        _headers.TrySetResult(headers);
        return true;
    }

    private string? Header(string name) =>
        _response is not null && _response.Headers.NonValidated.TryGetValues(name, out var values) ? values.ToString() : null;

    private static Metadata ToMetadata(System.Net.Http.Headers.HttpHeaders headers)
    {
        var metadata = new Metadata();
        foreach (var (name, values) in headers.NonValidated)
        {
            if (name is WireNames.Status or WireNames.Message or WireNames.Encoding or WireNames.AcceptEncoding)
                continue;
            foreach (var value in values)
                metadata.AddHeader(name, value);
        }

        return metadata;
    }
}

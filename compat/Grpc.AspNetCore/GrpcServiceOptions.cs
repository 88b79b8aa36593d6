namespace Grpc.AspNetCore.Server;

public class GrpcServiceOptions
{
    private const int DefaultMaxReceiveMessageSize = 4 * 1024 * 1024;

    // In bytes; null: no limit.
    public int? MaxSendMessageSize { get; set; }

    // In bytes; null: no limit.
    public int? MaxReceiveMessageSize { get; set; } = DefaultMaxReceiveMessageSize;

    // Whether the text of a handler's exception goes to the client.
    public bool? EnableDetailedErrors { get; set; }

    public InterceptorCollection Interceptors { get; } = [];
}

public class GrpcServiceOptions<TService> : GrpcServiceOptions
    where TService : class;

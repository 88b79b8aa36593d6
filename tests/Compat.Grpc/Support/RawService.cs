using System.Buffers;
using Grpc.AspNetCore.Server.Model;
using Grpc.Core;

namespace Distributed.Compat.Grpc.Tests.Support;

// Bytes that no protobuf message wraps, as the bulk transfer methods send them: written straight to the call's buffer, copied straight
// out of it.
internal sealed class Chunk(byte[] bytes)
{
    public byte[] Bytes => bytes;

    public static Marshaller<Chunk> Marshaller { get; } = new(Write, Read);

    // Says no length first.
    public static Marshaller<Chunk> UnsizedMarshaller { get; } = new(WriteUnsized, Read);

    // Hands over an array.
    public static Marshaller<Chunk> ArrayMarshaller { get; } = new(chunk => chunk.Bytes, bytes => new Chunk(bytes));

    private static void Write(Chunk chunk, SerializationContext context)
    {
        context.SetPayloadLength(chunk.Bytes.Length);
        var writer = context.GetBufferWriter();
        writer.Write(chunk.Bytes);
        context.Complete();
    }

    private static void WriteUnsized(Chunk chunk, SerializationContext context)
    {
        var writer = context.GetBufferWriter();
        foreach (var part in chunk.Bytes.Chunk(1000))
            writer.Write(part);
        context.Complete();
    }

    private static Chunk Read(DeserializationContext context)
    {
        var payload = context.PayloadAsReadOnlySequence();
        Xunit.Assert.Equal(context.PayloadLength, payload.Length);
        return new Chunk(payload.ToArray());
    }
}

// A service without generated code: its methods come from a provider.
internal sealed class RawService
{
    public static Method<Chunk, Chunk> Mirror { get; } =
        new(MethodType.DuplexStreaming, "distributed.test.v1.Raw", "Mirror", Chunk.Marshaller, Chunk.Marshaller);

    public static Method<Chunk, Chunk> MirrorUnsized { get; } =
        new(MethodType.DuplexStreaming, "distributed.test.v1.Raw", "MirrorUnsized", Chunk.UnsizedMarshaller, Chunk.UnsizedMarshaller);

    public static Method<Chunk, Chunk> MirrorArray { get; } =
        new(MethodType.DuplexStreaming, "distributed.test.v1.Raw", "MirrorArray", Chunk.ArrayMarshaller, Chunk.ArrayMarshaller);

    public static Method<Chunk, Chunk> Single { get; } =
        new(MethodType.Unary, "distributed.test.v1.Raw", "Single", Chunk.Marshaller, Chunk.Marshaller);

    public static async Task MirrorAsync(RawService service, IAsyncStreamReader<Chunk> input, IServerStreamWriter<Chunk> output, ServerCallContext context)
    {
        while (await input.MoveNext(context.CancellationToken))
            await output.WriteAsync(input.Current);
    }
}

internal sealed class RawMethods : IServiceMethodProvider<RawService>
{
    public void OnServiceMethodDiscovery(ServiceMethodProviderContext<RawService> context)
    {
        foreach (var method in new[] { RawService.Mirror, RawService.MirrorUnsized, RawService.MirrorArray })
            context.AddDuplexStreamingMethod(method, [], RawService.MirrorAsync);
        context.AddUnaryMethod(RawService.Single, [], (service, chunk, context) => Task.FromResult(chunk));
    }
}

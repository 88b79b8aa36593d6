using System.Buffers.Binary;
using Grpc.Core;

namespace Grpc.Shared;

// A message on the wire: a byte that says whether it is compressed, its length in four bytes (big-endian), its bytes.
internal static class Frame
{
    public const int HeaderSize = 5;

    public static void WriteHeader(Span<byte> destination, int length)
    {
        destination[0] = 0;
        BinaryPrimitives.WriteUInt32BigEndian(destination[1..], (uint)length);
    }

    // The length of the message, checked against the limit before a byte of it is buffered.
    public static int ReadHeader(ReadOnlySpan<byte> header, int? limit, string? encoding)
    {
        var length = BinaryPrimitives.ReadUInt32BigEndian(header[1..]);
        if (header[0] != 0)
            throw new RpcException(Compressed(header[0], encoding));
        if (length > (limit ?? int.MaxValue) || length > Array.MaxLength - HeaderSize)
            throw new RpcException(new Status(StatusCode.ResourceExhausted, "Received message exceeds the maximum configured message size."));
        return (int)length;
    }

    public static void CheckSend(int length, int? limit)
    {
        if (length > limit)
            throw new RpcException(new Status(StatusCode.ResourceExhausted, "Sending message exceeds the maximum configured message size."));
    }

    // No compression is offered, so none can be undone.
    private static Status Compressed(byte flag, string? encoding) => (flag, encoding) switch
    {
        ( > 1, _) => new Status(StatusCode.Internal, "Unexpected compressed flag value in message header."),
        (_, null) => new Status(StatusCode.Internal, "Compressed message without a grpc-encoding."),
        (_, WireNames.Identity) => new Status(StatusCode.Internal, "Compressed message with grpc-encoding 'identity'."),
        _ => new Status(StatusCode.Unimplemented, $"Unsupported grpc-encoding value '{encoding}'. Supported encodings: identity"),
    };
}

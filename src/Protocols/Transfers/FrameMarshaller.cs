using System.Buffers;
using System.Buffers.Binary;
using Distributed.Protocols.V1;
using Google.Protobuf;
using Grpc.Core;

namespace Distributed.Protocols.Transfers;

/// <summary>
/// <see cref="Frame"/> to and from <c>distributed.v1.TransferFrame</c>. Headers go through protobuf; a chunk is written by hand straight into the
/// wire's buffer, which saves the two copies and the allocation that <c>ByteString</c> costs. The bytes are the same: docs/protocol.md, and a test
/// reads them with the generated parser.
/// </summary>
public static class FrameMarshaller
{
    private const byte ChunkFieldTag = (TransferFrame.ChunkFieldNumber << 3) | 2;
    private const byte OffsetTag = (Chunk.OffsetFieldNumber << 3) | 0;
    private const byte DataTag = (Chunk.DataFieldNumber << 3) | 2;
    private const byte Crc32CTag = (Chunk.Crc32CFieldNumber << 3) | 5;

    /// <summary>The marshaller for both directions.</summary>
    public static Marshaller<Frame> Instance { get; } = new(Serialize, Deserialize);

    private static void Serialize(Frame frame, SerializationContext context)
    {
        if (frame.Outgoing is { } chunk)
        {
            WriteChunk(chunk, context);
            return;
        }

        var message = frame.Model is not null ? new TransferFrame { Model = frame.Model } : new TransferFrame { Update = frame.Update };
        context.SetPayloadLength(message.CalculateSize());
        message.WriteTo(context.GetBufferWriter());
        context.Complete();
    }

    private static void WriteChunk(Frame.OutgoingChunk chunk, SerializationContext context)
    {
        var body = 1 + VarintSize((ulong)chunk.Offset) + 1 + VarintSize((ulong)chunk.Length) + chunk.Length + 1 + sizeof(uint);
        var total = 1 + VarintSize((ulong)body) + body;
        context.SetPayloadLength(total);
        var writer = context.GetBufferWriter();
        var span = writer.GetSpan(total)[..total];

        var at = 0;
        span[at++] = ChunkFieldTag;
        at += WriteVarint(span[at..], (ulong)body);
        span[at++] = OffsetTag;
        at += WriteVarint(span[at..], (ulong)chunk.Offset);
        span[at++] = DataTag;
        at += WriteVarint(span[at..], (ulong)chunk.Length);
        var data = span.Slice(at, chunk.Length);
        chunk.Source.Read(chunk.Offset, data);
        at += chunk.Length;
        span[at++] = Crc32CTag;
        BinaryPrimitives.WriteUInt32LittleEndian(span[at..], Crc32C.Of(data));

        writer.Advance(total);
        context.Complete();
    }

    private static Frame Deserialize(DeserializationContext context)
    {
        var payload = context.PayloadAsReadOnlySequence();
        try
        {
            return payload.FirstSpan.Length > 0 && payload.FirstSpan[0] == ChunkFieldTag
                ? Frame.Of(ReadChunk(payload))
                : OfHeader(TransferFrame.Parser.ParseFrom(payload));
        }
        catch (InvalidProtocolBufferException error)
        {
            throw Malformed(error.Message);
        }
    }

    private static Frame OfHeader(TransferFrame message) => message.FrameCase switch
    {
        TransferFrame.FrameOneofCase.Model => Frame.Of(message.Model),
        TransferFrame.FrameOneofCase.Update => Frame.Of(message.Update),
        _ => throw Malformed("it holds neither a header nor a chunk"),
    };

    // Fields in any order and unknown ones skipped, as protobuf asks; the data goes once into a rented buffer.
    private static ReceivedChunk ReadChunk(ReadOnlySequence<byte> payload)
    {
        var reader = new SequenceReader<byte>(payload);
        reader.Advance(1);
        if (ReadVarint(ref reader) != (ulong)reader.Remaining)
        {
            throw Malformed("a chunk frame holds one chunk and nothing else");
        }

        long offset = 0;
        uint crc = 0;
        ReadOnlySequence<byte> data = default;
        while (!reader.End)
        {
            var tag = ReadVarint(ref reader);
            switch (tag)
            {
                case OffsetTag:
                    offset = checked((long)ReadVarint(ref reader));
                    break;
                case DataTag:
                    data = ReadExact(ref reader, ReadVarint(ref reader));
                    break;
                case Crc32CTag:
                    crc = ReadFixed32(ref reader);
                    break;
                default:
                    Skip(ref reader, tag & 7);
                    break;
            }
        }

        var length = checked((int)data.Length);
        var buffer = ArrayPool<byte>.Shared.Rent(Math.Max(length, 1));
        data.CopyTo(buffer);
        return new ReceivedChunk(buffer, length, offset, crc);
    }

    private static uint ReadFixed32(ref SequenceReader<byte> reader)
    {
        Span<byte> word = stackalloc byte[sizeof(uint)];
        ReadExact(ref reader, sizeof(uint)).CopyTo(word);
        return BinaryPrimitives.ReadUInt32LittleEndian(word);
    }

    private static ReadOnlySequence<byte> ReadExact(ref SequenceReader<byte> reader, ulong length)
    {
        if (length > (ulong)reader.Remaining || length > TransferSizes.MaximumChunkBytes)
        {
            throw Malformed($"a field of {length} bytes is longer than the frame or than {TransferSizes.MaximumChunkBytes} bytes");
        }

        var slice = reader.UnreadSequence.Slice(0, (long)length);
        reader.Advance((long)length);
        return slice;
    }

    private static void Skip(ref SequenceReader<byte> reader, ulong wireType) => _ = wireType switch
    {
        0 => SkipVarint(ref reader),
        1 => ReadExact(ref reader, sizeof(ulong)).Length,
        2 => ReadExact(ref reader, ReadVarint(ref reader)).Length,
        5 => ReadExact(ref reader, sizeof(uint)).Length,
        _ => throw Malformed($"wire type {wireType} is not used by protobuf 3"),
    };

    private static long SkipVarint(ref SequenceReader<byte> reader) => (long)(ReadVarint(ref reader) & long.MaxValue);

    private static ulong ReadVarint(ref SequenceReader<byte> reader)
    {
        ulong value = 0;
        for (var shift = 0; shift < 64; shift += 7)
        {
            if (!reader.TryRead(out var part))
            {
                throw Malformed("it ends in the middle of a number");
            }

            value |= (ulong)(part & 0x7F) << shift;
            if (part < 0x80)
            {
                return value;
            }
        }

        throw Malformed("a number has more than ten bytes");
    }

    private static int VarintSize(ulong value)
    {
        var size = 1;
        for (; value >= 0x80; value >>= 7)
        {
            size++;
        }

        return size;
    }

    private static int WriteVarint(Span<byte> destination, ulong value)
    {
        var at = 0;
        for (; value >= 0x80; value >>= 7)
        {
            destination[at++] = (byte)(value | 0x80);
        }

        destination[at++] = (byte)value;
        return at;
    }

    private static RpcException Malformed(string reason) =>
        Refusals.RefusalCodes.ToRpcException(new(Refusals.RefusalCode.ProtocolViolation, $"Malformed transfer frame: {reason}."));
}

using System.Buffers;
using Distributed.Protocols.Refusals;
using Distributed.Protocols.Transfers;
using Distributed.Protocols.V1;
using Google.Protobuf;
using Grpc.Core;
using Xunit;

namespace Distributed.Protocols.Tests.Transfers;

public sealed class FrameMarshallerTests
{
    [Theory]
    [InlineData(0, 1)]
    [InlineData(300, 64 * 1024)]
    [InlineData(7_000_000_000, 1024 * 1024)]
    public void Chunk_Written_IsReadByTheGeneratedParser(long offset, int length)
    {
        var data = Bytes(length);
        var message = TransferFrame.Parser.ParseFrom(Write(Frame.Chunk(new AnyOffset(data, offset), offset, length)));

        Assert.Equal(offset, (long)message.Chunk.Offset);
        Assert.Equal(data, message.Chunk.Data.ToByteArray());
        Assert.Equal(Crc32C.Of(data), message.Chunk.Crc32C);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(4096)]
    public void Chunk_WrittenByTheGeneratedCode_IsReadFromAnySegmentation(int segment)
    {
        var data = Bytes(10_000);
        var bytes = new TransferFrame { Chunk = new Chunk { Offset = 42, Data = ByteString.CopyFrom(data), Crc32C = Crc32C.Of(data) } }.ToByteArray();

        using var frame = Read(Segmented(bytes, segment));

        Assert.Equal(42, frame.Received!.Offset);
        Assert.Equal(data, frame.Received.Data.ToArray());
        Assert.True(frame.Received.IsIntact());
    }

    [Fact]
    public void Chunk_OneBitFlipped_IsNotIntact()
    {
        var bytes = Write(Frame.Chunk(ByteSource.FromMemory(Bytes(1000)), 0, 1000));
        bytes[500] ^= 4;
        using var frame = Read(new ReadOnlySequence<byte>(bytes));
        Assert.False(frame.Received!.IsIntact());
    }

    [Fact]
    public void Headers_RoundTrip()
    {
        var update = new UpdateHeader { RunId = "r", Round = 3, Client = 5, SizeBytes = 10, Weight = 2.5 };
        Assert.Equal(update, Read(new(Write(Frame.Of(update)))).Update);
        var model = new ModelHeader { Version = 9, SizeBytes = 77, Sha256 = ByteString.CopyFrom(1, 2) };
        Assert.Equal(model, Read(new(Write(Frame.Of(model)))).Model);
    }

    [Fact]
    public void Deserialize_HostileBytes_IsRefusedNeverCrashes()
    {
        var good = Write(Frame.Chunk(ByteSource.FromMemory(Bytes(64)), 0, 64));
        var seed = Environment.TickCount;
        var random = new Random(seed);
        for (var i = 0; i < 20_000; i++)
        {
            var bytes = good.AsSpan(0, random.Next(good.Length + 1)).ToArray();
            for (var flips = random.Next(4); flips > 0 && bytes.Length > 0; flips--)
            {
                bytes[random.Next(Math.Min(bytes.Length, 12))] = (byte)random.Next(256);
            }

            try
            {
                Read(new(bytes)).Dispose();
            }
            catch (RpcException error)
            {
                Assert.True(error.ToRefusal()?.Code == RefusalCode.ProtocolViolation, $"seed {seed}: {error}");
            }
            catch (Exception error)
            {
                Assert.Fail($"seed {seed}, case {i}: {error}");
            }
        }
    }

    private static byte[] Bytes(int length) => [.. Enumerable.Range(0, length).Select(i => (byte)(i * 7 + (i >> 8)))];

    private static byte[] Write(Frame frame)
    {
        var context = new CollectingContext();
        FrameMarshaller.Instance.ContextualSerializer(frame, context);
        Assert.Equal(context.Declared, context.Writer.WrittenCount);
        return context.Writer.WrittenSpan.ToArray();
    }

    private static Frame Read(ReadOnlySequence<byte> payload) => FrameMarshaller.Instance.ContextualDeserializer(new GivenContext(payload));

    private static ReadOnlySequence<byte> Segmented(byte[] bytes, int size)
    {
        Segment? first = null, last = null;
        for (var at = 0; at < bytes.Length; at += size)
        {
            last = new Segment(bytes.AsMemory(at, Math.Min(size, bytes.Length - at)), last);
            first ??= last;
        }

        return new(first!, 0, last!, last!.Memory.Length);
    }

    private sealed class AnyOffset(byte[] data, long start) : ByteSource
    {
        public override long Length => start + data.Length;

        public override void Read(long offset, Span<byte> destination) => data.AsSpan((int)(offset - start), destination.Length).CopyTo(destination);
    }

    private sealed class Segment : ReadOnlySequenceSegment<byte>
    {
        public Segment(ReadOnlyMemory<byte> memory, Segment? previous)
        {
            Memory = memory;
            if (previous is not null)
            {
                RunningIndex = previous.RunningIndex + previous.Memory.Length;
                previous.Next = this;
            }
        }
    }

    private sealed class CollectingContext : SerializationContext
    {
        public ArrayBufferWriter<byte> Writer { get; } = new();

        public int Declared { get; private set; }

        public override void SetPayloadLength(int payloadLength) => Declared = payloadLength;

        public override IBufferWriter<byte> GetBufferWriter() => Writer;

        public override void Complete()
        {
        }
    }

    private sealed class GivenContext(ReadOnlySequence<byte> payload) : DeserializationContext
    {
        public override int PayloadLength => (int)payload.Length;

        public override ReadOnlySequence<byte> PayloadAsReadOnlySequence() => payload;
    }
}

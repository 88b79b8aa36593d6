using System.Buffers;
using System.Runtime.InteropServices;
using Grpc.Core;

namespace Grpc.Shared;

// Shows a deserializer the message where it was received: the memory goes back to its pool when the deserializer returns.
internal sealed class PayloadContext : DeserializationContext
{
    // Set by tests: overwrites the payload after the deserializer, so that one that keeps it is found out.
    private const string PoisonSwitch = "Distributed.Compat.Grpc.PoisonPayloads";

    private readonly bool _poison = AppContext.TryGetSwitch(PoisonSwitch, out var on) && on;
    private ReadOnlySequence<byte> _payload;

    public override int PayloadLength => (int)_payload.Length;

    public override byte[] PayloadAsNewBuffer() => _payload.ToArray();

    public override ReadOnlySequence<byte> PayloadAsReadOnlySequence() => _payload;

    public T Deserialize<T>(in ReadOnlySequence<byte> payload, Func<DeserializationContext, T> deserializer)
    {
        _payload = payload;
        try
        {
            return deserializer(this);
        }
        finally
        {
            if (_poison)
                Poison();
            _payload = default;
        }
    }

    private void Poison()
    {
        foreach (var segment in _payload)
            MemoryMarshal.AsMemory(segment).Span.Fill(0xDD);
    }
}

using System.Diagnostics.CodeAnalysis;

namespace Distributed.Protocols.Refusals;

/// <summary>A value, or the refusal that stands in its place.</summary>
/// <typeparam name="T">The value's type.</typeparam>
public readonly record struct Outcome<T>
{
    private Outcome(T? value, Refusal? refusal) => (Value, Refusal) = (value, refusal);

    /// <summary>The value; default when refused.</summary>
    public T? Value { get; }

    /// <summary>Why there is no value; null when there is one.</summary>
    public Refusal? Refusal { get; }

    /// <summary>Takes the value, or the refusal apart.</summary>
    public bool TryGet([MaybeNullWhen(false)] out T value, [NotNullWhen(false)] out Refusal? refusal)
    {
        (value, refusal) = (Value, Refusal);
        return refusal is null;
    }

    /// <summary>The value, or the refusal as the gRPC error that carries it.</summary>
    /// <exception cref="Grpc.Core.RpcException">Refused.</exception>
    public T OrThrowRpc() => Refusal is null ? Value! : throw Refusal.ToRpcException();

#pragma warning disable CA2225 // Conversions are the whole point of the type: return value; or return new Refusal(…);
    /// <summary>A value.</summary>
    public static implicit operator Outcome<T>(T value) => new(value, null);

    /// <summary>A refusal.</summary>
    public static implicit operator Outcome<T>(Refusal refusal) => new(default, refusal);
#pragma warning restore CA2225
}

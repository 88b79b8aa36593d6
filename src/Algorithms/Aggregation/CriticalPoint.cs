using System.Collections.Immutable;
using System.Text.Json;

namespace Distributed.Algorithms.Aggregation;

/// <summary>
/// The round in which the clients stop agreeing: the first whose moving mean of <see cref="Coherence"/> over three rounds is not above
/// zero.
/// </summary>
/// <param name="Recent">The last coherences, at most three, the latest last.</param>
/// <param name="Reached">The critical round, once there is one; it stays.</param>
public sealed record CriticalPoint(ImmutableArray<double> Recent, int? Reached)
{
    private const int Window = 3;

    /// <summary>Before the first round.</summary>
    public static CriticalPoint Start { get; } = new([], null);

    /// <summary>After one more round.</summary>
    /// <param name="round">The round.</param>
    /// <param name="coherence">Its coherence; one that is not a number (fewer than two clients) is passed over.</param>
    public CriticalPoint Next(int round, double coherence)
    {
        if (!double.IsFinite(coherence)) return this;
        var recent = Recent.Add(coherence);
        if (recent.Length > Window) recent = recent.RemoveAt(0);
        return new CriticalPoint(recent, Reached ?? (recent.Length == Window && recent.Average() <= 0 ? round : null));
    }

    /// <summary>As bytes for <see cref="AggregateReport.State"/>.</summary>
    public byte[] ToBytes() => JsonSerializer.SerializeToUtf8Bytes(this);

    /// <summary>From those bytes; empty ones are the start.</summary>
    /// <param name="state">What <see cref="ToBytes"/> made.</param>
    public static CriticalPoint Parse(ReadOnlyMemory<byte> state) =>
        state.IsEmpty ? Start : JsonSerializer.Deserialize<CriticalPoint>(state.Span) ?? Start;
}

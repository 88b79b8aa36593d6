namespace Distributed.Collectives.Groups;

/// <summary>A moment, and the span of time that it was the end of.</summary>
internal readonly struct Deadline
{
    private readonly TimeProvider _time;
    private readonly long _start;

    private Deadline(TimeProvider time, TimeSpan span)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(span, TimeSpan.Zero);
        (_time, _start, Span) = (time, time.GetTimestamp(), span);
    }

    internal TimeSpan Span { get; }

    /// <summary>Zero or less once it has passed.</summary>
    internal TimeSpan Left => Span - _time.GetElapsedTime(_start);

    /// <summary>What is left for one more operation, zero if nothing is.</summary>
    internal TimeSpan Rest => Left > TimeSpan.Zero ? Left : TimeSpan.Zero;

    internal static Deadline In(TimeSpan span, TimeProvider time) => new(time, span);
}

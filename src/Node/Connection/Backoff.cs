namespace Distributed.Node.Connection;

/// <summary>Exponential back-off with jitter, so that a thousand nodes do not come back in the same second.</summary>
/// <param name="Minimum">Delay before the second attempt, at most.</param>
/// <param name="Maximum">Longest delay.</param>
internal readonly record struct Backoff(TimeSpan Minimum, TimeSpan Maximum)
{
    /// <summary>The delay before an attempt.</summary>
    /// <param name="failures">Failures in a row, 1 and up.</param>
    /// <param name="uniform">A random number in [0, 1).</param>
    /// <returns>Between half of and the whole exponential delay.</returns>
    public TimeSpan Delay(int failures, double uniform)
    {
        var exponential = Math.Min(Maximum.TotalSeconds, Minimum.TotalSeconds * Math.Pow(2, Math.Clamp(failures - 1, 0, 30)));
        return TimeSpan.FromSeconds(exponential * (0.5 + (uniform / 2)));
    }
}

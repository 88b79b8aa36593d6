namespace Distributed.Coordinator.Admission;

/// <summary>What the other side of a stream must do to keep it.</summary>
/// <param name="IdleLimit">Longest wait for one frame.</param>
/// <param name="MinimumBytesPerSecond">Least rate over each <paramref name="IdleLimit"/> of waiting.</param>
internal readonly record struct StreamLimits(TimeSpan IdleLimit, int MinimumBytesPerSecond);

namespace Distributed.Protocols.Runs;

/// <summary>A mistake in a run specification.</summary>
/// <param name="Path">Where, dotted from the root, e.g. <c>training.optimizer.learningRate</c>.</param>
/// <param name="Message">What is wrong and what would be right.</param>
public sealed record SpecProblem(string Path, string Message)
{
    /// <inheritdoc />
    public override string ToString() => Path.Length == 0 ? Message : $"{Path}: {Message}";
}

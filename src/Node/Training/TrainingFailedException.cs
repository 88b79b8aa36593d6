namespace Distributed.Node.Training;

/// <summary>Local training cannot go on: the loss is not finite.</summary>
internal sealed class TrainingFailedException(string message) : Exception(message);

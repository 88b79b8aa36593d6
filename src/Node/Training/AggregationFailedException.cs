namespace Distributed.Node.Training;

/// <summary>No model could be made of a round's updates.</summary>
internal sealed class AggregationFailedException(string message) : Exception(message);

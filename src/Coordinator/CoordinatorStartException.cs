namespace Distributed.Coordinator;

/// <summary>The coordinator cannot start; the message says why and what to do. The process should exit with 1.</summary>
public sealed class CoordinatorStartException(string message, Exception? inner = null) : Exception(message, inner);

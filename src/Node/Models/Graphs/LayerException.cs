namespace Distributed.Node.Models.Graphs;

/// <summary>A layer that cannot be run on the example.</summary>
internal sealed class LayerException(string message, Exception inner) : Exception(message, inner);

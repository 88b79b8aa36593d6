using static TorchSharp.torch;

namespace Distributed.Node.Models.Graphs;

/// <summary>A value between two layers.</summary>
/// <param name="Value">Its name in the graph.</param>
/// <param name="Example">The value itself, for an example.</param>
/// <param name="UnitAxis">The axis along which its hidden units lie; null where it has none to relabel.</param>
internal sealed record Flow(string Value, Tensor Example, int? UnitAxis)
{
    /// <summary>Number of dimensions.</summary>
    public int Rank => (int)Example.dim();
}

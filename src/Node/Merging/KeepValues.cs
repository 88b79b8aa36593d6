using static TorchSharp.torch;

namespace Distributed.Node.Merging;

/// <summary>Keeps what it wants of a layer's input and output, under keys of its own; the tensors are valid during the call.</summary>
/// <param name="path">Where the layer stands in the model.</param>
/// <param name="layer">The layer.</param>
/// <param name="input">Its input.</param>
/// <param name="output">Its output.</param>
/// <param name="kept">Receives the values.</param>
internal delegate void KeepValues(string path, nn.Module<Tensor, Tensor> layer, Tensor input, Tensor output, Dictionary<string, ProbedValues> kept);

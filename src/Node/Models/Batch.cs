using TorchSharp;

namespace Distributed.Node.Models;

/// <summary>The examples of one step.</summary>
/// <param name="Inputs">What the model is given, batch first.</param>
/// <param name="Targets">What is expected of it, batch first.</param>
public sealed record Batch(torch.Tensor Inputs, torch.Tensor Targets);

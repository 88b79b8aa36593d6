using TorchSharp;

namespace Distributed.Node.Models;

/// <summary>How a model does on a batch.</summary>
/// <param name="Losses">Loss of each example, shape [batch].</param>
/// <param name="Correct">Whether each example is answered right, boolean, shape [batch]; all false where a task knows no right and wrong.</param>
public sealed record BatchScores(torch.Tensor Losses, torch.Tensor Correct);

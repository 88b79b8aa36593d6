namespace Distributed.Node.Models;

/// <summary>How much text an example predicts.</summary>
/// <param name="Tokens">Tokens that its loss is the mean of.</param>
/// <param name="Bytes">The same text in UTF-8.</param>
public readonly record struct TextSize(int Tokens, int Bytes);

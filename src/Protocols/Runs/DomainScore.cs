namespace Distributed.Protocols.Runs;

/// <summary>How well a language model predicts the held-out text of a domain.</summary>
/// <param name="BitsPerByte">Bits that it takes to encode a byte of UTF-8; comparable between tokenizers.</param>
/// <param name="Perplexity">Exponential of the mean loss of a token.</param>
/// <param name="Tokens">Tokens predicted.</param>
/// <param name="Bytes">The same text in UTF-8.</param>
public sealed record DomainScore(double BitsPerByte, double Perplexity, long Tokens, long Bytes)
{
    /// <summary>From sums.</summary>
    /// <param name="tokens">Tokens predicted, at least 1.</param>
    /// <param name="bytes">The same text in UTF-8, at least 1.</param>
    /// <param name="lossSum">Sum of the tokens' losses, nats.</param>
    public static DomainScore Of(long tokens, long bytes, double lossSum) =>
        new(lossSum / Math.Log(2) / bytes, Math.Exp(lossSum / tokens), tokens, bytes);
}

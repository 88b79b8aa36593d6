namespace Distributed.Node.Training;

/// <summary>Sums over the test text of one domain.</summary>
/// <param name="Name">The domain.</param>
/// <param name="Tokens">Tokens predicted.</param>
/// <param name="Bytes">The same text in UTF-8.</param>
/// <param name="LossSum">Sum of the tokens' losses, nats.</param>
internal readonly record struct DomainSum(string Name, long Tokens, long Bytes, double LossSum);

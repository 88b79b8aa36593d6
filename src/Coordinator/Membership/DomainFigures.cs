using Orleans;

namespace Distributed.Coordinator.Membership;

/// <summary>A node's sums over the test text of one domain.</summary>
/// <param name="Name">The domain.</param>
/// <param name="Tokens">Tokens predicted.</param>
/// <param name="Bytes">The same text in UTF-8.</param>
/// <param name="LossSum">Sum of the tokens' losses, nats.</param>
[GenerateSerializer, Immutable, Alias("distributed.domain-figures")]
public sealed record DomainFigures([property: Id(0)] string Name, [property: Id(1)] long Tokens, [property: Id(2)] long Bytes, [property: Id(3)] double LossSum);

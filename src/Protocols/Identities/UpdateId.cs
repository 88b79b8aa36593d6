namespace Distributed.Protocols.Identities;

/// <summary>
/// Identity of one client's contribution to one round. Everything about uploads is idempotent by it (guarantees G2 and G4).
/// </summary>
/// <param name="RunId">The run, an <see cref="EntityName"/>.</param>
/// <param name="Round">1, 2, …; 0 is the upload of the initial model.</param>
/// <param name="Client">Client id, 0-based.</param>
/// <param name="BaseVersion">Version of the model that the client started from.</param>
public readonly record struct UpdateId(string RunId, int Round, int Client, long BaseVersion)
{
    /// <summary>The round number under which the initial model is uploaded.</summary>
    public const int InitialRound = 0;

    /// <summary>The client number under which a node uploads the model that it made of a round's updates; no client has it.</summary>
    public const int AggregateClient = int.MaxValue;

    /// <summary>Whether it is such a model.</summary>
    public bool IsAggregate => Client == AggregateClient;

    /// <inheritdoc />
    public override string ToString() => $"{RunId}/r{Round}/c{Client}/v{BaseVersion}";
}

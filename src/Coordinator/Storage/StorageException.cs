using Distributed.Protocols.Refusals;

namespace Distributed.Coordinator.Storage;

/// <summary>
/// A disk that does not do what it must, met where a refusal cannot be returned (inside a tensor reader or writer): no room, or bytes that are not the ones
/// written. An aggregation passes it through; its caller turns it into <see cref="Refusal"/>.
/// </summary>
internal sealed class StorageException(Refusal refusal, Exception? inner = null) : IOException(refusal.Message, inner)
{
    /// <summary>What to answer or record.</summary>
    public Refusal Refusal { get; } = refusal;

    /// <summary>The update whose spool file is damaged, when it is one: drop it, or ask its client again.</summary>
    public Protocols.Identities.UpdateId? Update { get; init; }

    /// <summary>Finds one in an exception and its inner ones (parallel loops wrap).</summary>
    public static StorageException? In(Exception? error) => error switch
    {
        null => null,
        StorageException found => found,
        AggregateException many => many.InnerExceptions.Select(In).FirstOrDefault(found => found is not null),
        _ => In(error.InnerException),
    };
}

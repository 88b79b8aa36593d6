using Distributed.Protocols.Identities;

namespace Distributed.Coordinator.Storage;

/// <summary>A committed model: the content of its manifest <c>v&lt;N&gt;</c>, whose exclusive creation was the commit (guarantee G1).</summary>
/// <param name="RunId">The run.</param>
/// <param name="Version">0 is the initial model.</param>
/// <param name="Round">Round that made it; 0 for the initial model.</param>
/// <param name="Hash">SHA-256 of the safetensors file.</param>
/// <param name="Parent">Hash of version N-1; empty for the initial model.</param>
/// <param name="Term">Term of the coordinator that committed it (guarantee G5).</param>
/// <param name="SizeBytes">Size of the safetensors file.</param>
/// <param name="Updates">Hashes of the updates in the aggregate, in ascending client id.</param>
internal sealed record ModelVersion(
    string RunId, long Version, int Round, ContentHash Hash, ContentHash Parent, long Term, long SizeBytes, IReadOnlyList<ContentHash> Updates);

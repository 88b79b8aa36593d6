using System.Collections.Concurrent;
using Distributed.Algorithms.Tensors;
using Distributed.Coordinator.Admission;
using Distributed.Coordinator.Storage;
using Distributed.Protocols.Identities;
using Distributed.Protocols.Refusals;

namespace Distributed.Coordinator.Tests.Support;

/// <summary>A round that takes what it is told to take.</summary>
internal sealed class FakeGate : IUpdateGate
{
    private readonly ConcurrentDictionary<int, SpooledUpdate> admitted = new();

    public TensorManifest? Reference { get; set; } = Models.Manifest();

    public long MaximumBytes { get; set; } = 10 << 20;

    public bool Durable { get; set; }

    public Refusal? RefuseCheck { get; set; }

    public Refusal? RefuseAdmission { get; set; }

    public ConcurrentQueue<(UpdateId Id, string Node, Refusal Refusal)> Refusals { get; } = [];

    public IReadOnlyList<SpooledUpdate> Admitted => [.. admitted.Values.OrderBy(update => update.Id.Client)];

    public Outcome<UploadTicket> Check(UpdateId id, string node) =>
        RefuseCheck is { } refusal ? refusal : new UploadTicket(id, Reference, MaximumBytes, MaximumExamples: 1000, Durable);

    /// <summary>What the node aggregates; null: it does not.</summary>
    public Func<UpdateId, string, Outcome<SpooledUpdate>>? Aggregates { get; set; }

    public ConcurrentQueue<(UpdateId Id, Refusal Refusal)> DamagedUpdates { get; } = [];

    public Outcome<SpooledUpdate> CheckDownload(UpdateId id, string node) =>
        Aggregates?.Invoke(id, node) ?? new Refusal(RefusalCode.TaskUnknown, "Not asked to aggregate.");

    public Outcome<byte[]> BuffersOf(string runId, long version, int client, string node) => new Refusal(RefusalCode.VersionUnknown, "None.");

    public void Damaged(UpdateId id, Refusal refusal) => DamagedUpdates.Enqueue((id, refusal));

    public ConcurrentQueue<(UpdateId Id, string Node)> Beginnings { get; } = [];

    public void Begun(UpdateId id, string node) => Beginnings.Enqueue((id, node));

    public ValueTask<Outcome<bool>> AdmitAsync(SpooledUpdate update, CancellationToken cancellation) =>
        ValueTask.FromResult<Outcome<bool>>(RefuseAdmission is { } refusal ? refusal : admitted.TryAdd(update.Id.Client, update));

    public void Refused(UpdateId id, string node, Refusal refusal) => Refusals.Enqueue((id, node, refusal));
}

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

    public ValueTask<Outcome<bool>> AdmitAsync(SpooledUpdate update, CancellationToken cancellation) =>
        ValueTask.FromResult<Outcome<bool>>(RefuseAdmission is { } refusal ? refusal : admitted.TryAdd(update.Id.Client, update));

    public void Refused(UpdateId id, string node, Refusal refusal) => Refusals.Enqueue((id, node, refusal));
}

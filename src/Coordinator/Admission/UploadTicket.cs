using Distributed.Algorithms.Tensors;
using Distributed.Protocols.Identities;

namespace Distributed.Coordinator.Admission;

/// <summary>What an upload is checked against, given out by <see cref="IUpdateGate"/> before the first byte is taken.</summary>
/// <param name="Id">The update.</param>
/// <param name="Reference">Names, shapes and types that the update must have; null for the initial model, which defines them.</param>
/// <param name="MaximumBytes">Largest file taken.</param>
/// <param name="MaximumExamples">Examples of the client as its node registered them: the bound on the weight; null: not known.</param>
/// <param name="Durable">Whether the acknowledgement waits for the disk.</param>
internal sealed record UploadTicket(UpdateId Id, TensorManifest? Reference, long MaximumBytes, long? MaximumExamples, bool Durable);

using System.Collections.Immutable;
using Orleans;

namespace Distributed.Coordinator.Membership;

/// <summary>A connected node as it introduced itself.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Session">Number of the connection; a later one is larger.</param>
/// <param name="Slots">Tasks at the same time.</param>
/// <param name="Clients">Clients that only it can run; empty: any.</param>
/// <param name="Device">Its device, for people.</param>
/// <param name="SoftwareVersion">Its build, for people.</param>
[GenerateSerializer, Immutable, Alias("distributed.node-description")]
public sealed record NodeDescription(
    [property: Id(0)] string Name,
    [property: Id(1)] long Session,
    [property: Id(2)] int Slots,
    [property: Id(3)] ImmutableArray<int> Clients,
    [property: Id(4)] string Device,
    [property: Id(5)] string SoftwareVersion);

/// <summary>A node for status.</summary>
/// <param name="Name">Its name.</param>
/// <param name="State">joined, training or gone.</param>
/// <param name="Slots">Tasks at the same time.</param>
/// <param name="Device">Its device.</param>
[GenerateSerializer, Immutable, Alias("distributed.node-report")]
public sealed record NodeReport([property: Id(0)] string Name, [property: Id(1)] string State, [property: Id(2)] int Slots, [property: Id(3)] string Device);

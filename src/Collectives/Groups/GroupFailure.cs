namespace Distributed.Collectives.Groups;

/// <summary>Why a group is broken; the same on all ranks.</summary>
/// <param name="Code">The machine-readable reason.</param>
/// <param name="Rank">The rank that is lost, late, or whose call was the cause.</param>
/// <param name="Message">What happened, for a person.</param>
public sealed record GroupFailure(FailureCode Code, int Rank, string Message);

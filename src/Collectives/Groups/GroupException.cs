namespace Distributed.Collectives.Groups;

/// <summary>An operation did not complete on all ranks. What the buffers hold is undefined, and the group is of no more use.</summary>
public sealed class GroupException(GroupFailure failure) : IOException(failure?.Message)
{
    /// <summary>The reason.</summary>
    public GroupFailure Failure { get; } = failure!;
}

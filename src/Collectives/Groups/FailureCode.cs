namespace Distributed.Collectives.Groups;

/// <summary>Why a group is broken, or did not come about.</summary>
public enum FailureCode
{
    /// <summary>A rank's process has ended, or has left the group.</summary>
    RankLost,

    /// <summary>An operation's deadline has passed; the text names the ranks that were waited for.</summary>
    Deadline,

    /// <summary>Some rank called <see cref="IProcessGroup.Abort"/>.</summary>
    Aborted,

    /// <summary>Two ranks called different operations, or the same one with another count, type, reduction or root; the text tells both.</summary>
    Mismatch,

    /// <summary>The machine has no room for the group's shared memory.</summary>
    NoSpace,

    /// <summary>A library that the group needs is not on this machine; the text has the command that installs it.</summary>
    LibraryMissing,

    /// <summary>A group of this name, or a rank of this number, is there already.</summary>
    NameTaken,
}

using System.ComponentModel.DataAnnotations;

namespace Distributed.Coordinator.Storage;

/// <summary>Where the coordinator keeps what must survive it.</summary>
internal sealed class StorageOptions
{
    /// <summary>The data directory; <c>spool</c>, <c>checkpoints</c> and <c>state</c> lie in it. One file system: files are renamed within each.</summary>
    /// <value>Required.</value>
    [Required]
    public string Root { get; set; } = "";
}

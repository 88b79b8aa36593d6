using System.ComponentModel.DataAnnotations;

namespace Distributed.Protocols.Runs;

/// <summary>The data of a run: one source, its training examples partitioned over clients.</summary>
public sealed record DataSpec
{
    /// <summary>A registered source, e.g. <c>glyphs</c> (drawn from the seed, no files) or <c>mnist</c> (IDX files in <see cref="Path"/>).</summary>
    /// <value>Required.</value>
    [Required]
    public string Source { get; init; } = "";

    /// <summary>Folder of the source's files, where it has files.</summary>
    /// <value>None.</value>
    public string? Path { get; init; }

    /// <summary>Number of clients that the training examples are dealt to.</summary>
    /// <value>10.</value>
    [Range(1, 1_000_000)]
    public int Clients { get; init; } = 10;

    /// <summary>How the training examples are dealt: <c>iid</c>, <c>dirichlet</c> with <c>alpha</c>, …</summary>
    /// <value><c>iid</c>.</value>
    public PluginSpec Partition { get; init; } = PluginSpec.Named("iid");

    /// <summary>The first so many examples of the source are for training.</summary>
    /// <value>Source's own split.</value>
    [Range(1, int.MaxValue)]
    public int? Train { get; init; }

    /// <summary>The last so many examples of the source are for testing.</summary>
    /// <value>Source's own split.</value>
    [Range(1, int.MaxValue)]
    public int? Test { get; init; }
}

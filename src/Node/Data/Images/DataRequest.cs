namespace Distributed.Node.Data.Images;

/// <summary>What a run asks of a source.</summary>
/// <param name="Source">Registered name.</param>
/// <param name="Seed">The run's seed; generated sources draw from it.</param>
/// <param name="Path">Folder of the files, where the source has files.</param>
/// <param name="Train">The first so many examples are for training; null: the source's own split.</param>
/// <param name="Test">The last so many examples are for testing; null: the source's own split.</param>
public sealed record DataRequest(string Source, int Seed, string? Path, int? Train, int? Test);

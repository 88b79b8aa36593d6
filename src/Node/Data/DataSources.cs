using Distributed.Node.Data.Glyphs;
using Distributed.Node.Data.Idx;
using Distributed.Node.Data.Images;

namespace Distributed.Node.Data;

/// <summary>The sources by name.</summary>
internal static class DataSources
{
    private static readonly IDataSource[] All =
    [
        new GlyphSource(),
        new MnistSource(),
    ];

    public static IReadOnlyList<string> Names { get; } = [.. All.Select(source => source.Name)];

    public static IDataSource? Find(string name) => Array.Find(All, source => source.Name == name);
}

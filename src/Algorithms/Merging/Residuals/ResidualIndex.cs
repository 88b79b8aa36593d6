using System.Collections.Immutable;
using System.Text.Json;
using Distributed.Algorithms.Tensors;

namespace Distributed.Algorithms.Merging.Residuals;

/// <summary>What the metadata of a residual's file says about one tensor.</summary>
/// <param name="Name">The tensor's name.</param>
/// <param name="Type">Its element type.</param>
/// <param name="Buffer">Whether it is a buffer.</param>
/// <param name="Form">How it is stored.</param>
/// <param name="Rank">Its rank.</param>
/// <param name="Bits">Bits of a stored number; 0 where numbers are stored as they are.</param>
/// <param name="Ranges">Low and step of each stored matrix, where it has bits.</param>
internal sealed record ResidualNote(string Name, TensorDType Type, bool Buffer, ResidualForm Form, int Rank, int Bits, ImmutableArray<double> Ranges)
{
    // Prefixes, so that no two stored tensors can share a name whatever the model's are called.
    public string ExactName => "exact/" + Name;

    public string CodesName => "codes/" + Name;

    public string FactorName(int factor) => (factor == 0 ? "a/" : "b/") + Name;
}

/// <summary>The notes as metadata.</summary>
internal static class ResidualIndex
{
    public const string Key = "distributed.residual";

    private static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web)
    {
        Converters = { new System.Text.Json.Serialization.JsonStringEnumConverter() },
        UnmappedMemberHandling = System.Text.Json.Serialization.JsonUnmappedMemberHandling.Disallow,
    };

    public static string Write(IEnumerable<ResidualNote> notes) => JsonSerializer.Serialize(notes, Options);

    /// <summary>Reads them; null when they are not what this version writes.</summary>
    public static ImmutableArray<ResidualNote>? Read(IReadOnlyDictionary<string, string> metadata)
    {
        if (!metadata.TryGetValue(Key, out var text)) return null;
        try
        {
            var notes = JsonSerializer.Deserialize<ResidualNote[]>(text, Options);
            return notes is null || notes.Any(n => n?.Name is null) ? null : [.. notes.Select(n => n with { Ranges = n.Ranges.IsDefault ? [] : n.Ranges })];
        }
        catch (JsonException)
        {
            return null;
        }
    }
}

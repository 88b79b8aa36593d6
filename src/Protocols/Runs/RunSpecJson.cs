using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Distributed.Protocols.Identities;

namespace Distributed.Protocols.Runs;

/// <summary>A run specification as canonical JSON: all keys, sorted, defaults written out. The form that travels, is stored and is hashed.</summary>
public static class RunSpecJson
{
    /// <summary>Longest specification taken, in bytes of UTF-8.</summary>
    public const int MaximumBytes = 1024 * 1024;

    /// <summary>Binds a mapping (a parsed run file); <paramref name="problems"/> receives every mistake.</summary>
    public static RunSpec Bind(JsonObject mapping, ICollection<SpecProblem> problems) => SpecBinder.Bind<RunSpec>(mapping, "", problems);

    /// <summary>Reads what came from outside.</summary>
    /// <param name="json">JSON text.</param>
    /// <param name="problems">Receives every mistake.</param>
    /// <returns>The specification, or null when there is a mistake.</returns>
    public static RunSpec? Parse(string json, ICollection<SpecProblem> problems)
    {
        ArgumentNullException.ThrowIfNull(json);
        ArgumentNullException.ThrowIfNull(problems);
        if (Encoding.UTF8.GetByteCount(json) > MaximumBytes)
        {
            problems.Add(new("", $"the specification is longer than {MaximumBytes} bytes"));
            return null;
        }

        try
        {
            if (JsonNode.Parse(json, documentOptions: new JsonDocumentOptions { AllowDuplicateProperties = false }) is not JsonObject mapping)
            {
                problems.Add(new("", "the specification is not a mapping"));
                return null;
            }

            var before = problems.Count;
            var spec = Bind(mapping, problems);
            return problems.Count == before ? spec : null;
        }
        catch (JsonException error)
        {
            problems.Add(new("", $"not JSON: {error.Message}"));
            return null;
        }
    }

    /// <summary>The canonical form.</summary>
    public static string Write(RunSpec spec) => SpecBinder.ToMapping(spec).ToJsonString();

    /// <summary>Hash of the canonical form; the same for two files that mean the same.</summary>
    public static ContentHash Hash(RunSpec spec) => ContentHash.Of(Encoding.UTF8.GetBytes(Write(spec)));
}

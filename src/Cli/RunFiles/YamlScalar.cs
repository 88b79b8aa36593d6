using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Distributed.Cli.RunFiles;

/// <summary>Plain YAML scalars as JSON values, by the core schema of YAML 1.2: null, true, false, decimal numbers; all else is text.</summary>
internal static partial class YamlScalar
{
    /// <summary>The value of an unquoted scalar; null for an empty one.</summary>
    public static JsonNode? Resolve(string text) => text switch
    {
        "" or "~" or "null" or "Null" or "NULL" => null,
        "true" or "True" or "TRUE" => JsonValue.Create(true),
        "false" or "False" or "FALSE" => JsonValue.Create(false),
        _ => Number(text) ?? JsonValue.Create(text),
    };

    // Integers stay exact; a number that no double holds stays text, and the binder says what it expected.
    private static JsonValue? Number(string text)
    {
        if (!NumberPattern().IsMatch(text))
        {
            return null;
        }

        if (long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var integer))
        {
            return JsonValue.Create(integer);
        }

        var real = double.Parse(text, NumberStyles.Float, CultureInfo.InvariantCulture);
        return double.IsFinite(real) ? JsonValue.Create(real) : null;
    }

    [GeneratedRegex(@"\A[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?\z", RegexOptions.CultureInvariant)]
    private static partial Regex NumberPattern();
}

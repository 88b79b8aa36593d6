using System.Text.Json.Nodes;
using Distributed.Reports.Drawing;
using Distributed.Reports.Facts;
using Distributed.Reports.Markup;

namespace Distributed.Reports.Sections;

/// <summary>Every effective value of the run file, defaults too.</summary>
internal static class SettingsSection
{
    public static Html Draw(RunHistory run) => run.Spec is not { } spec ? Html.None : Layout.Section("Run file", Layout.Wide(Html.Of(
        $"""<p>Every effective value, defaults too.</p>{Layout.Rows(["Key", "Value"], Leaves(spec, ""), "txt txt")}""")));

    private static IEnumerable<IReadOnlyList<string>> Leaves(JsonObject mapping, string path)
    {
        foreach (var (key, value) in mapping)
        {
            var at = path.Length == 0 ? key : $"{path}.{key}";
            if (value is JsonObject { Count: > 0 } nested)
            {
                foreach (var leaf in Leaves(nested, at))
                {
                    yield return leaf;
                }
            }
            else
            {
                yield return [at, value is JsonValue scalar && scalar.TryGetValue<string>(out var text) ? text : value?.ToJsonString() ?? Figures.Absent];
            }
        }
    }
}

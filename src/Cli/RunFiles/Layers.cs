using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Distributed.Cli.RunFiles;

/// <summary>A mapping with the origin of every value, over which single values are laid.</summary>
internal sealed partial class Layers(Origin file, JsonObject mapping, Dictionary<string, Origin> origins)
{
    /// <summary>What a variable starts with that sets a value of the run file; <c>__</c> stands for the dot.</summary>
    public const string VariablePrefix = "DIST_RUN__";

    /// <summary>The mapping as it stands.</summary>
    public JsonObject Mapping => mapping;

    /// <summary>Lays the environment's variables over it, in the order of their names.</summary>
    public void AddEnvironment(IEnumerable<KeyValuePair<string, string>> environment, ICollection<Mistake> mistakes)
    {
        foreach (var (name, value) in environment.OrderBy(pair => pair.Key, StringComparer.Ordinal))
        {
            if (name.StartsWith(VariablePrefix, StringComparison.Ordinal))
            {
                Set(name[VariablePrefix.Length..].Replace("__", ".", StringComparison.Ordinal), value, new(name), mistakes);
            }
        }
    }

    /// <summary>Lays <c>KEY=VALUE</c> texts over it, in their order.</summary>
    public void AddSets(IEnumerable<string> sets, ICollection<Mistake> mistakes)
    {
        foreach (var set in sets)
        {
            var equals = set.IndexOf('=', StringComparison.Ordinal);
            if (equals <= 0)
            {
                mistakes.Add(new(new($"--set {set}"), "", "expected KEY=VALUE, such as --set training.epochs=2"));
                continue;
            }

            Set(set[..equals], set[(equals + 1)..], new($"--set {set[..equals]}"), mistakes);
        }
    }

    /// <summary>Where the value at <paramref name="path"/> came from, or else what holds it: the place to mend.</summary>
    public Origin OriginOf(string path)
    {
        for (var at = path; at.Length > 0; at = Parent(at))
        {
            if (origins.TryGetValue(at, out var origin))
            {
                return origin;
            }
        }

        return file;
    }

    /// <summary>Where the value at <paramref name="path"/> came from; null when nothing wrote it.</summary>
    public Origin? ExactOriginOf(string path) => origins.GetValueOrDefault(path);

    private void Set(string path, string text, Origin origin, ICollection<Mistake> mistakes)
    {
        if (!PathPattern().IsMatch(path) || path.Count(letter => letter == '.') >= YamlMapping.MaximumDepth)
        {
            mistakes.Add(new(origin, "", "the key must be words with dots between them, such as training.epochs"));
            return;
        }

        if (Value(text, path, origin, mistakes) is not { } read)
        {
            return;
        }

        var words = path.Split('.');
        var target = mapping;
        for (var depth = 1; depth < words.Length; depth++)
        {
            var word = words[depth - 1];
            if (target[word] is null)
            {
                target[word] = new JsonObject();
                origins.TryAdd(string.Join('.', words.Take(depth)), origin);
            }

            if (target[word] is not JsonObject nested)
            {
                mistakes.Add(new(origin, path, $"{string.Join('.', words.Take(depth))} is {target[word]!.ToJsonString()}, not a mapping that has keys"));
                return;
            }

            target = nested;
        }

        target[words[^1]] = read.Value;
        foreach (var stale in origins.Keys.Where(at => at.StartsWith(path + ".", StringComparison.Ordinal)).ToArray())
        {
            origins.Remove(stale);
        }

        origins[path] = origin;
        foreach (var inner in read.Inner)
        {
            origins[path + inner] = origin;
        }
    }

    // Plain text is taken as it is, whatever characters a path may have; only an opening bracket or quote makes it YAML.
    private static (JsonNode? Value, IEnumerable<string> Inner)? Value(string text, string path, Origin origin, ICollection<Mistake> mistakes)
    {
        if (text.Length == 0 || !"{[\"'".Contains(text[0], StringComparison.Ordinal))
        {
            return (YamlScalar.Resolve(text), []);
        }

        var inner = new List<Mistake>();
        var read = YamlMapping.Read("value: " + text, origin.Source, inner);
        foreach (var mistake in inner)
        {
            mistakes.Add(new(origin, path, mistake.Message));
        }

        if (read is not { } found || inner.Count > 0)
        {
            return null;
        }

        var value = found.Mapping["value"];
        found.Mapping.Remove("value");
        return (value, found.Origins.Keys.Where(at => at.Length > "value".Length).Select(at => at["value".Length..]));
    }

    private static string Parent(string path)
    {
        var cut = path.LastIndexOfAny(['.', '[']);
        return cut < 0 ? "" : path[..cut];
    }

    [GeneratedRegex(@"\A[A-Za-z][A-Za-z0-9_-]*(\.[A-Za-z][A-Za-z0-9_-]*)*\z", RegexOptions.CultureInvariant)]
    private static partial Regex PathPattern();
}

using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Distributed.Protocols.Runs;

namespace Distributed.Cli.RunFiles;

/// <summary>
/// A run file with what was laid over it: defaults &lt; file &lt; environment (<c>DIST_RUN__data__path</c>) &lt; <c>--set data.path=…</c>. All mistakes of
/// all layers are listed together, each with its own place.
/// </summary>
internal sealed class RunFile
{
    private readonly Layers layers;
    private readonly List<Mistake> mistakes;

    private RunFile(Layers layers, List<Mistake> mistakes, RunSpec? spec) => (this.layers, this.mistakes, Spec) = (layers, mistakes, spec);

    /// <summary>The specification; null when there is a mistake.</summary>
    public RunSpec? Spec { get; }

    /// <summary>Every mistake, by line.</summary>
    public IReadOnlyList<Mistake> Mistakes => mistakes;

    /// <summary>Reads, overlays, binds and checks.</summary>
    /// <param name="path">The file.</param>
    /// <param name="sets"><c>KEY=VALUE</c> of each <c>--set</c>, in order.</param>
    /// <param name="environment">The environment's variables.</param>
    /// <param name="checks">Checks of a bound specification beyond its own ranges, such as plug-in names and their parameters.</param>
    public static RunFile Load(
        string path,
        IEnumerable<string> sets,
        IEnumerable<KeyValuePair<string, string>> environment,
        IEnumerable<Func<RunSpec, IEnumerable<SpecProblem>>> checks)
    {
        var mistakes = new List<Mistake>();
        var file = ReadFile(path, mistakes);
        var layers = new Layers(new(path), file?.Mapping ?? [], file?.Origins ?? []);
        layers.AddEnvironment(environment, mistakes);
        layers.AddSets(sets, mistakes);
        if (file is null)
        {
            return new(layers, mistakes, null);
        }

        var problems = new List<SpecProblem>();
        var spec = RunSpecJson.Bind(layers.Mapping, problems);
        problems.AddRange(checks.SelectMany(check => check(spec)));
        foreach (var problem in problems)
        {
            // What could not be read, or is missing, is reported once: not again as wrong in its parts.
            if (!mistakes.Any(mistake => Covers(mistake.Path, problem.Path)))
            {
                mistakes.Add(new(layers.OriginOf(problem.Path), problem.Path, problem.Message));
            }
        }

        return new(layers, [.. mistakes.OrderBy(mistake => mistake.Origin.Line)], mistakes.Count == 0 ? spec : null);
    }

    /// <summary>Every effective value with its origin, in the order of the canonical form.</summary>
    /// <exception cref="InvalidOperationException">The file has mistakes.</exception>
    public IEnumerable<(string Path, string Value, Origin Origin)> Effective() => Spec is null
        ? throw new InvalidOperationException("The run file has mistakes.")
        : Leaves(SpecBinder.ToMapping(Spec), "");

    private IEnumerable<(string Path, string Value, Origin Origin)> Leaves(JsonObject mapping, string path)
    {
        foreach (var (key, value) in mapping)
        {
            var at = path.Length == 0 ? key : $"{path}.{key}";
            if (value is JsonObject nested)
            {
                foreach (var leaf in Leaves(nested, at))
                {
                    yield return leaf;
                }
            }
            else
            {
                yield return (at, Shown(value), layers.ExactOriginOf(at) ?? Origin.Default);
            }
        }
    }

    private static bool Covers(string outer, string path) =>
        outer.Length > 0 && (path == outer || path.StartsWith(outer + ".", StringComparison.Ordinal));

    private static string Shown(JsonNode? value) => value is JsonValue scalar && scalar.TryGetValue<string>(out var text) ? text : value?.ToJsonString() ?? "null";

    private static (JsonObject Mapping, Dictionary<string, Origin> Origins)? ReadFile(string path, List<Mistake> mistakes)
    {
        try
        {
            // One byte more than the limit is enough to know: what is named by mistake may be a data set, or a device without an end.
            using var stream = File.OpenRead(path);
            var bytes = new byte[RunSpecJson.MaximumBytes + 1];
            var length = stream.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
            if (length > RunSpecJson.MaximumBytes)
            {
                mistakes.Add(new(new(path), "", string.Create(
                    CultureInfo.InvariantCulture, $"is longer than a run file can be ({RunSpecJson.MaximumBytes:N0} bytes). Is it one?")));
                return null;
            }

            // A byte order mark says which Unicode it is; without one it is UTF-8.
            using var text = new StreamReader(new MemoryStream(bytes, 0, length), new UTF8Encoding(false, throwOnInvalidBytes: true));
            return YamlMapping.Read(text.ReadToEnd().TrimStart('\uFEFF'), path, mistakes);
        }
        catch (DecoderFallbackException)
        {
            mistakes.Add(new(new(path), "", "is not text in UTF-8 (or in UTF-16 with a byte order mark). Is it a run file?"));
            return null;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            var reason = Directory.Exists(path) ? "is a folder" : error is FileNotFoundException or DirectoryNotFoundException ? "no such file" : error.Message;
            mistakes.Add(new(new(path), "", reason));
            return null;
        }
    }
}

using System.Text.Json.Nodes;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Distributed.Cli.RunFiles;

/// <summary>
/// YAML as a <see cref="JsonObject"/>, with the line of every value. What a run file does not need is refused rather than understood: anchors and
/// aliases (a small file must not grow large), tags, several documents, complex keys.
/// </summary>
internal sealed class YamlMapping
{
    /// <summary>Deepest nesting taken.</summary>
    public const int MaximumDepth = 32;

    private readonly Parser parser;
    private readonly string source;
    private readonly ICollection<Mistake> mistakes;

    private YamlMapping(string text, string source, ICollection<Mistake> mistakes)
    {
        parser = new Parser(new StringReader(text));
        (this.source, this.mistakes) = (source, mistakes);
    }

    /// <summary>Where each value stands, by dotted path.</summary>
    private Dictionary<string, Origin> Origins { get; } = new(StringComparer.Ordinal);

    /// <summary>Reads a mapping; null when the text is none, with the reason among <paramref name="mistakes"/>.</summary>
    /// <param name="text">The YAML text.</param>
    /// <param name="source">How messages name it.</param>
    /// <param name="mistakes">Receives every mistake. The first error of syntax ends the reading.</param>
    public static (JsonObject Mapping, Dictionary<string, Origin> Origins)? Read(string text, string source, ICollection<Mistake> mistakes)
    {
        if (IndentationTab(text) is { } line)
        {
            mistakes.Add(new(new(source, line), "", "the line is indented with a tab; YAML takes spaces only"));
            return null;
        }

        var reader = new YamlMapping(text, source, mistakes);
        try
        {
            return reader.ReadDocument() is { } mapping ? (mapping, reader.Origins) : null;
        }
        catch (YamlException error)
        {
            mistakes.Add(new(new(source, (int)error.Start.Line), "", $"not YAML: {Sentence(error.Message)}"));
            return null;
        }
    }

    private JsonObject? ReadDocument()
    {
        parser.MoveNext();
        parser.MoveNext();
        if (parser.Current is not DocumentStart)
        {
            mistakes.Add(new(new(source), "", "the file is empty"));
            return null;
        }

        parser.MoveNext();
        if (parser.Current is not MappingStart)
        {
            mistakes.Add(new(Here, "", "the file is not a mapping of keys to values, such as 'rounds: 20'"));
            return null;
        }

        var mapping = ReadMapping("", 1);
        parser.MoveNext();
        parser.MoveNext();
        if (parser.Current is DocumentStart)
        {
            mistakes.Add(new(Here, "", "a second document starts here; a run file has one"));
        }

        return mapping;
    }

    private Origin Here => new(source, (int)parser.Current!.Start.Line);

    private JsonObject ReadMapping(string path, int depth)
    {
        var mapping = new JsonObject();
        RefuseDecoration(path);
        parser.MoveNext();
        while (parser.Current is not MappingEnd)
        {
            if (parser.Current is not Scalar key)
            {
                mistakes.Add(new(Here, path, "a key must be a word"));
                Skip();
                parser.MoveNext();
                Skip();
                parser.MoveNext();
                continue;
            }

            var at = path.Length == 0 ? key.Value : $"{path}.{key.Value}";
            var origin = Here;
            parser.MoveNext();
            var value = ReadNode(at, depth + 1);
            parser.MoveNext();
            if (!mapping.TryAdd(key.Value, value))
            {
                mistakes.Add(new(origin, at, $"is written twice; the first is in line {Origins[at].Line}"));
            }
            else
            {
                Origins[at] = origin;
            }
        }

        return mapping;
    }

    private JsonNode? ReadNode(string path, int depth)
    {
        if (depth > MaximumDepth)
        {
            mistakes.Add(new(Here, path, $"is nested deeper than {MaximumDepth} levels"));
            Skip();
            return null;
        }

        RefuseDecoration(path);
        switch (parser.Current)
        {
            case MappingStart:
                return ReadMapping(path, depth);
            case SequenceStart:
                return ReadSequence(path, depth);
            case Scalar { Style: ScalarStyle.Plain } plain:
                return YamlScalar.Resolve(plain.Value);
            case Scalar quoted:
                return JsonValue.Create(quoted.Value);
            default:
                mistakes.Add(new(Here, path, "aliases (*name) are not taken; write the value out"));
                return null;
        }
    }

    private JsonArray ReadSequence(string path, int depth)
    {
        var items = new JsonArray();
        parser.MoveNext();
        while (parser.Current is not SequenceEnd)
        {
            var at = $"{path}[{items.Count}]";
            Origins[at] = Here;
            items.Add(ReadNode(at, depth + 1));
            parser.MoveNext();
        }

        return items;
    }

    private void RefuseDecoration(string path)
    {
        if (parser.Current is NodeEvent { Anchor.IsEmpty: false })
        {
            mistakes.Add(new(Here, path, "anchors (&name) are not taken; write the value out"));
        }

        if (parser.Current is NodeEvent { Tag: { IsEmpty: false, IsNonSpecific: false } })
        {
            mistakes.Add(new(Here, path, "tags (!name) are not taken"));
        }
    }

    // To the last event of the current node.
    private void Skip()
    {
        var depth = 0;
        do
        {
            depth += parser.Current!.NestingIncrease;
        }
        while (depth > 0 && parser.MoveNext());
    }

    private static int? IndentationTab(string text)
    {
        var number = 0;
        foreach (var line in text.AsSpan().EnumerateLines())
        {
            number++;
            if (line[..^line.TrimStart([' ', '\t']).Length].Contains('\t') && line.Trim([' ', '\t']) is { Length: > 0 } content && content[0] != '#')
            {
                return number;
            }
        }

        return null;
    }

    private static string Sentence(string message) => message.ReplaceLineEndings(" ").TrimEnd('.', ' ');
}

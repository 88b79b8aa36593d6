using System.Buffers;
using System.Text;
using System.Text.Json;

namespace Distributed.Node.Data.Text;

/// <summary>JSON Lines: an object a line, whose text stands under <c>text</c>. Empty lines are passed over.</summary>
internal static class JsonLines
{
    /// <summary>How the names of such files end.</summary>
    public const string Extension = ".jsonl";

    private const string Column = "text";
    private const int MaximumProblems = 10;

    /// <summary>The texts, each ended by a line feed.</summary>
    /// <param name="path">The file, for messages.</param>
    /// <param name="content">What it holds, in UTF-8.</param>
    /// <param name="problems">Receives what is wrong, naming the line.</param>
    public static byte[] Texts(string path, byte[] content, ICollection<string> problems)
    {
        var texts = new ArrayBufferWriter<byte>();
        var (line, wrong) = (0, 0);
        foreach (var range in content.AsSpan().Split((byte)'\n'))
        {
            line++;
            var json = content.AsMemory(range);
            if (json.Span.Trim(" \t\r"u8).IsEmpty)
            {
                continue;
            }

            if (Text(json, out var problem) is { } text)
            {
                texts.Write(Encoding.UTF8.GetBytes(text + "\n"));
                continue;
            }

            problems.Add($"{path} line {line}: {problem}");
            if (++wrong == MaximumProblems)
            {
                break;
            }
        }

        return texts.WrittenSpan.ToArray();
    }

    private static string? Text(ReadOnlyMemory<byte> json, out string problem)
    {
        problem = $"has no text under \"{Column}\"";
        try
        {
            using var document = JsonDocument.Parse(json);
            return document.RootElement is { ValueKind: JsonValueKind.Object } row && row.TryGetProperty(Column, out var text) && text.ValueKind == JsonValueKind.String
                ? text.GetString()
                : null;
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            problem = "is no JSON object";
            return null;
        }
    }
}

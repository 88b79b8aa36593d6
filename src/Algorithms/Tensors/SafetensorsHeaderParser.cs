using System.Collections.Immutable;
using System.Text.Json;

namespace Distributed.Algorithms.Tensors;

/// <summary>Reads headers written by anyone: every key, number and string is checked before it is used.</summary>
internal static class SafetensorsHeaderParser
{
    private const int MaxRank = 64;

    // Not Enum.TryParse, which takes numbers as well.
    private static readonly Dictionary<string, TensorDType> DTypes =
        Enum.GetValues<TensorDType>().ToDictionary(t => t.ToString(), StringComparer.Ordinal);

    private readonly record struct Claim(TensorEntry Entry, long Begin, long End);

    public static SafetensorsHeader Parse(ReadOnlySpan<byte> json)
    {
        try
        {
            return ParseObject(json);
        }
        catch (JsonException e)
        {
            throw Malformed($"The header is not valid JSON (line {e.LineNumber}, byte {e.BytePositionInLine}).");
        }
        catch (InvalidOperationException)
        {
            // What Utf8JsonReader throws for strings that are not valid UTF-8.
            throw Malformed("The header holds a string that is not valid UTF-8.");
        }
    }

    /// <summary>Why a name is not accepted; null when it is.</summary>
    public static string? NameProblem(string name) =>
        name.Length is 0 or > Safetensors.MaxNameLength
            ? $"the name has {name.Length} characters; 1 to {Safetensors.MaxNameLength} are accepted."
        : name.Any(char.IsControl) ? "the name holds control characters."
        : name == "__metadata__" ? "the name is reserved."
        : null;

    private static SafetensorsHeader ParseObject(ReadOnlySpan<byte> json)
    {
        var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = 3 });
        Expect(reader.Read() && reader.TokenType == JsonTokenType.StartObject, "The header is not a JSON object.");

        var claims = new List<Claim>();
        var names = new HashSet<string>(StringComparer.Ordinal);
        var metadata = ImmutableDictionary<string, string>.Empty;
        while (NextKey(ref reader, out var name))
        {
            if (!names.Add(name)) throw new SafetensorsException(SafetensorsProblem.DuplicateKey, "the name appears twice.", name);
            if (name == "__metadata__")
            {
                metadata = ParseMetadata(ref reader);
                continue;
            }
            if (claims.Count == Safetensors.MaxTensors)
                throw new SafetensorsException(SafetensorsProblem.TooManyTensors, $"More than {Safetensors.MaxTensors} tensors.");
            if (NameProblem(name) is { } problem) throw new SafetensorsException(SafetensorsProblem.Name, problem, name);
            claims.Add(ParseTensor(ref reader, name));
        }
        Expect(!reader.Read(), "Something follows the header's JSON object.");
        return new SafetensorsHeader(
            Arrange(claims, Buffers(metadata, names)), metadata.Remove(Safetensors.BuffersKey), Safetensors.PrefixBytes + json.Length);
    }

    private static Claim ParseTensor(ref Utf8JsonReader reader, string tensor)
    {
        Expect(reader.Read() && reader.TokenType == JsonTokenType.StartObject, "it is not described by a JSON object.", tensor);
        TensorDType? dtype = null;
        ImmutableArray<long>? shape = null, offsets = null;
        while (NextKey(ref reader, out var key))
        {
            var twice = key switch
                { "dtype" => dtype is not null, "shape" => shape is not null, "data_offsets" => offsets is not null, _ => false };
            if (twice)
                throw new SafetensorsException(SafetensorsProblem.DuplicateKey, $"the key {Printable.Of(key)} appears twice.", tensor);
            switch (key)
            {
                case "dtype": dtype = ParseDType(ref reader, tensor); break;
                case "shape": shape = ParseNumbers(ref reader, tensor, SafetensorsProblem.Shape, MaxRank); break;
                case "data_offsets": offsets = ParseNumbers(ref reader, tensor, SafetensorsProblem.Offsets, 2); break;
                default: throw Malformed($"the key {Printable.Of(key)} is not known.", tensor);
            }
        }
        if (dtype is not { } type || shape is not { } extents || offsets is not { } span)
            throw Malformed("dtype, shape or data_offsets is missing.", tensor);

        if (!TensorShape.TryCount(extents.AsSpan(), type, out _))
            throw new SafetensorsException(SafetensorsProblem.Shape, "the shape needs more bytes than can be counted, or no whole number of them.", tensor);
        var entry = new TensorEntry(tensor, type, extents);
        if (span.Length != 2 || span[1] < span[0] || span[1] - span[0] != entry.ByteLength)
            throw new SafetensorsException(SafetensorsProblem.Offsets,
                $"the offsets [{string.Join(", ", span)}] do not span the {entry.ByteLength} bytes of {entry.Describe()}.", tensor);
        return new Claim(entry, span[0], span[1]);
    }

    private static TensorDType ParseDType(ref Utf8JsonReader reader, string tensor)
    {
        Expect(reader.Read() && reader.TokenType == JsonTokenType.String, "dtype is not a string.", tensor);
        var word = reader.GetString()!;
        return DTypes.TryGetValue(word, out var type)
            ? type
            : throw new SafetensorsException(SafetensorsProblem.DType, $"the element type {Printable.Of(word)} is not known.", tensor);
    }

    private static ImmutableArray<long> ParseNumbers(ref Utf8JsonReader reader, string tensor, SafetensorsProblem problem, int most)
    {
        Expect(reader.Read() && reader.TokenType == JsonTokenType.StartArray, "a list of numbers is missing.", tensor);
        var numbers = ImmutableArray.CreateBuilder<long>();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (reader.TokenType != JsonTokenType.Number || !reader.TryGetInt64(out var number) || number < 0 || numbers.Count == most)
                throw new SafetensorsException(problem, $"expected at most {most} whole numbers that are not negative.", tensor);
            numbers.Add(number);
        }
        return numbers.ToImmutable();
    }

    private static ImmutableDictionary<string, string> ParseMetadata(ref Utf8JsonReader reader)
    {
        var metadata = ImmutableDictionary.CreateBuilder<string, string>(StringComparer.Ordinal);
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject) throw NotStrings();
        while (NextKey(ref reader, out var key))
        {
            if (!reader.Read() || reader.TokenType != JsonTokenType.String) throw NotStrings();
            if (!metadata.TryAdd(key, reader.GetString()!))
                throw new SafetensorsException(SafetensorsProblem.DuplicateKey, $"The metadata key {Printable.Of(key)} appears twice.");
        }
        return metadata.ToImmutable();

        static SafetensorsException NotStrings() =>
            new(SafetensorsProblem.Metadata, "The metadata is not a mapping of strings to strings.");
    }

    private static HashSet<string> Buffers(ImmutableDictionary<string, string> metadata, HashSet<string> names)
    {
        if (!metadata.TryGetValue(Safetensors.BuffersKey, out var list)) return [];
        string?[]? buffers;
        try
        {
            buffers = JsonSerializer.Deserialize<string?[]>(list);
        }
        catch (JsonException)
        {
            buffers = null;
        }
        if (buffers is null || buffers.Any(b => b is null or "__metadata__"))
            throw new SafetensorsException(SafetensorsProblem.Metadata,
                $"The metadata {Safetensors.BuffersKey} is not a JSON array of names.");
        var set = new HashSet<string>(buffers!, StringComparer.Ordinal);
        return set.FirstOrDefault(b => !names.Contains(b)) is { } missing
            ? throw new SafetensorsException(SafetensorsProblem.Metadata, "it is listed as a buffer but not described.", missing)
            : set;
    }

    /// <summary>Orders the tensors by their bytes, which must follow one another without gap or overlap from 0 on.</summary>
    private static TensorManifest Arrange(List<Claim> claims, HashSet<string> buffers)
    {
        // A stable sort: empty tensors at the same place keep the header's order.
        var ordered = claims.OrderBy(c => c.Begin).ThenBy(c => c.End).ToList();
        long end = 0;
        foreach (var claim in ordered)
        {
            if (claim.Begin < end)
                throw new SafetensorsException(SafetensorsProblem.Overlap,
                    $"its bytes from {claim.Begin} on belong to another tensor too.", claim.Entry.Name);
            if (claim.Begin > end)
                throw new SafetensorsException(SafetensorsProblem.Hole,
                    $"the bytes from {end} to {claim.Begin} in front of it belong to no tensor.", claim.Entry.Name);
            end = claim.End;
        }
        return new TensorManifest(ordered.Select(c => c.Entry with { IsBuffer = buffers.Contains(c.Entry.Name) }));
    }

    private static bool NextKey(ref Utf8JsonReader reader, out string key)
    {
        Expect(reader.Read(), "The header ends early.");
        key = reader.TokenType == JsonTokenType.PropertyName ? reader.GetString()! : "";
        return reader.TokenType == JsonTokenType.PropertyName;
    }

    private static void Expect(bool condition, string otherwise, string? tensor = null)
    {
        if (!condition) throw Malformed(otherwise, tensor);
    }

    private static SafetensorsException Malformed(string message, string? tensor = null) =>
        new(SafetensorsProblem.Malformed, message, tensor);
}

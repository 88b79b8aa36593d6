using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Distributed.Protocols.Runs;

/// <summary>
/// Binds a mapping to a record and back. Every mistake is collected, none is replaced by a default: unknown keys (with the nearest valid one),
/// wrong types, values out of the range that the property's data annotations state, values that do not go together (<see cref="IValidatableObject"/>).
/// </summary>
public static class SpecBinder
{
    /// <summary>Fills a new <typeparamref name="T"/> from <paramref name="mapping"/>.</summary>
    /// <param name="mapping">Keys in camelCase.</param>
    /// <param name="path">Where the mapping stands, for the problems' paths; empty at the root.</param>
    /// <param name="problems">Receives every mistake; the result is meaningful only when none was added.</param>
    public static T Bind<T>(JsonObject mapping, string path, ICollection<SpecProblem> problems)
        where T : class, new() => (T)Bind(typeof(T), mapping, path, problems);

    /// <summary>As <see cref="Bind{T}"/>, for a type known at run time.</summary>
    public static object Bind(Type type, JsonObject mapping, string path, ICollection<SpecProblem> problems)
    {
        var target = Activator.CreateInstance(type)!;
        var properties = Properties(type);
        foreach (var (key, value) in mapping)
        {
            if (!properties.TryGetValue(key, out var property))
            {
                problems.Add(new(Join(path, key), "unknown key" + NearestKey.Hint(key, properties.Keys)));
            }
            else if (Convert(property.PropertyType, value, Join(path, key), problems) is { } converted)
            {
                property.SetValue(target, converted);
            }
        }

        foreach (var (key, property) in properties)
        {
            Validate(property, property.GetValue(target), mapping.ContainsKey(key), Join(path, key), problems);
        }

        ValidateWhole(target, path, problems);
        return target;
    }

    /// <summary>The mapping that binds to <paramref name="value"/>, with every property written out, defaults too.</summary>
    public static JsonObject ToMapping(object value)
    {
        ArgumentNullException.ThrowIfNull(value);
        var mapping = new JsonObject();
        foreach (var (key, property) in Properties(value.GetType()))
        {
            if (property.GetValue(value) is { } content)
            {
                mapping[key] = ToNode(content);
            }
        }

        return mapping;
    }

    private static JsonNode? ToNode(object value) => value switch
    {
        string or bool or int or long or double => JsonSerializer.SerializeToNode(value, value.GetType()),
        TimeSpan duration => DurationText.Format(duration),
        Enum => CamelCase(value.ToString()!),
        PluginSpec plugin => ToMapping(plugin),
        JsonNode node => node.DeepClone(),
        System.Collections.IEnumerable items => new JsonArray([.. items.Cast<object>().Select(ToNode)]),
        _ => ToMapping(value),
    };

    private static JsonObject ToMapping(PluginSpec plugin)
    {
        var mapping = new JsonObject { ["name"] = plugin.Name };
        foreach (var (key, value) in plugin.Parameters)
        {
            mapping[key] = value?.DeepClone();
        }

        return mapping;
    }

    private static object? Convert(Type type, JsonNode? node, string path, ICollection<SpecProblem> problems)
    {
        type = Nullable.GetUnderlyingType(type) ?? type;
        if (node is null)
        {
            problems.Add(new(path, "has no value"));
            return null;
        }

        if (type == typeof(PluginSpec))
        {
            return ToPlugin(node, path, problems);
        }

        // A mapping that somebody else binds: a plug-in inside a plug-in.
        if (type == typeof(JsonObject) && node is JsonObject)
        {
            return node.DeepClone();
        }

        if (type.IsArray && node is JsonArray items)
        {
            return ToArray(type.GetElementType()!, items, path, problems);
        }

        if (node is JsonObject nested && !IsScalar(type) && !type.IsArray)
        {
            return Bind(type, nested, path, problems);
        }

        var converted = node is JsonValue scalar ? ToScalar(type, scalar) : null;
        if (converted is null)
        {
            problems.Add(new(path, $"expected {Describe(type)}, got {Shown(node)}"));
        }

        return converted;
    }

    /// <summary>Reads a member of a plug-in family; null when <paramref name="problems"/> got an entry.</summary>
    /// <param name="node">A mapping with a name.</param>
    /// <param name="path">Where it stands.</param>
    /// <param name="problems">Receives what is wrong.</param>
    public static PluginSpec? ToPlugin(JsonNode node, string path, ICollection<SpecProblem> problems)
    {
        if (node is not JsonObject mapping || mapping["name"] is not JsonValue value || !value.TryGetValue<string>(out var name))
        {
            problems.Add(new(path, $"expected a mapping with a name, such as {{ name: … }}, got {Shown(node)}"));
            return null;
        }

        var parameters = new JsonObject();
        foreach (var (key, parameter) in mapping.Where(pair => pair.Key != "name"))
        {
            parameters[key] = parameter?.DeepClone();
        }

        return new PluginSpec(name, parameters);
    }

    private static Array ToArray(Type element, JsonArray items, string path, ICollection<SpecProblem> problems)
    {
        var array = Array.CreateInstance(element, items.Count);
        for (var i = 0; i < items.Count; i++)
        {
            if (Convert(element, items[i], $"{path}[{i}]", problems) is { } item)
            {
                array.SetValue(item, i);
            }
        }

        return array;
    }

    private static object? ToScalar(Type type, JsonValue value) => value.GetValueKind() switch
    {
        JsonValueKind.String => FromText(type, value.GetValue<string>()),
        JsonValueKind.Number => FromNumber(type, value),
        JsonValueKind.True or JsonValueKind.False when type == typeof(bool) => value.GetValue<bool>(),
        _ => null,
    };

    private static object? FromText(Type type, string text)
    {
        if (type == typeof(string))
        {
            return text;
        }

        if (type == typeof(TimeSpan))
        {
            return DurationText.TryParse(text, out var duration) ? duration : null;
        }

        return type.IsEnum
            ? Enum.GetNames(type).FirstOrDefault(name => CamelCase(name) == text) is { } match ? Enum.Parse(type, match) : null
            : null;
    }

    private static object? FromNumber(Type type, JsonValue value)
    {
        var number = decimal.TryParse(value.ToJsonString(), NumberStyles.Float, CultureInfo.InvariantCulture, out var exact) ? exact : (decimal?)null;
        if (type == typeof(double))
        {
            return double.TryParse(value.ToJsonString(), NumberStyles.Float, CultureInfo.InvariantCulture, out var real) ? real : null;
        }

        if (number is not { } integer || decimal.Truncate(integer) != integer)
        {
            return null;
        }

        return type == typeof(int) && integer is >= int.MinValue and <= int.MaxValue ? (int)integer
            : type == typeof(long) && integer is >= long.MinValue and <= long.MaxValue ? (long)integer
            : null;
    }

    private static void Validate(PropertyInfo property, object? value, bool given, string path, ICollection<SpecProblem> problems)
    {
        foreach (var rule in property.GetCustomAttributes<ValidationAttribute>())
        {
            if (rule is RequiredAttribute)
            {
                if (!given)
                {
                    problems.Add(new(path, $"is required ({Describe(property.PropertyType)})"));
                    return;
                }
            }
            else if (value is not null && !rule.IsValid(value) && !problems.Any(problem => problem.Path == path))
            {
                problems.Add(new(path, given ? $"{Describe(rule)}, got {Shown(ToNode(value))}" : $"is required ({Describe(rule)})"));
            }
        }
    }

    // What values must be together; said only when each is fine by itself.
    private static void ValidateWhole(object target, string path, ICollection<SpecProblem> problems)
    {
        if (target is not IValidatableObject whole || problems.Any(problem => problem.Path.StartsWith(path, StringComparison.Ordinal)))
        {
            return;
        }

        foreach (var result in whole.Validate(new ValidationContext(target)))
        {
            problems.Add(new(Join(path, CamelCase(result.MemberNames.FirstOrDefault() ?? "")), result.ErrorMessage!));
        }
    }

    private static string Describe(ValidationAttribute rule) => rule switch
    {
        RangeAttribute { MinimumIsExclusive: true } range => string.Create(
            CultureInfo.InvariantCulture, $"must be above {range.Minimum} and {(range.MaximumIsExclusive ? "below" : "at most")} {range.Maximum}"),
        RangeAttribute { MaximumIsExclusive: true } range => string.Create(CultureInfo.InvariantCulture, $"must be at least {range.Minimum} and below {range.Maximum}"),
        RangeAttribute range => string.Create(CultureInfo.InvariantCulture, $"must be from {range.Minimum} to {range.Maximum}"),
        AllowedValuesAttribute allowed => "must be " + string.Join(" or ", allowed.Values),
        RegularExpressionAttribute pattern => "must match " + pattern.Pattern,
        _ => rule.FormatErrorMessage("value"),
    };

    private static string Describe(Type type)
    {
        type = Nullable.GetUnderlyingType(type) ?? type;
        return type == typeof(string) ? "text"
            : type == typeof(bool) ? "true or false"
            : type == typeof(int) || type == typeof(long) ? "a whole number"
            : type == typeof(double) ? "a number"
            : type == typeof(TimeSpan) ? "a duration such as 500ms, 60s, 5m or 1h"
            : type.IsEnum ? string.Join(" or ", Enum.GetNames(type).Select(CamelCase))
            : type.IsArray ? "a list"
            : "a mapping";
    }

    // Values come from the user's own file, but are cut and printable so that a message stays one line.
    private static string Shown(JsonNode? node)
    {
        var text = node?.ToJsonString() ?? "nothing";
        return text.Length > 60 ? text[..57] + "..." : text;
    }

    private static bool IsScalar(Type type) =>
        type == typeof(string) || type.IsPrimitive || type.IsEnum || type == typeof(TimeSpan);

    private static SortedDictionary<string, PropertyInfo> Properties(Type type)
    {
        var properties = new SortedDictionary<string, PropertyInfo>(StringComparer.Ordinal);
        foreach (var property in type.GetProperties(BindingFlags.Public | BindingFlags.Instance).Where(property => property.CanWrite))
        {
            properties[CamelCase(property.Name)] = property;
        }

        return properties;
    }

    private static string CamelCase(string name) => JsonNamingPolicy.CamelCase.ConvertName(name);

    private static string Join(string path, string key) => path.Length == 0 ? key : $"{path}.{key}";
}

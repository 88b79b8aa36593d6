using System.Buffers;
using System.Collections.Immutable;
using System.Globalization;

namespace Distributed.Protocols.Transfers;

/// <summary>
/// What a client tells of its update beside loss and examples, by name, for the round's record. Bounded, because it is kept in the header of a spool file.
/// </summary>
public static class UpdateMetrics
{
    /// <summary>Figures that an update may have.</summary>
    public const int MaximumCount = 6;

    /// <summary>Characters of a name.</summary>
    public const int MaximumNameLength = 32;

    private static readonly SearchValues<char> Letters = SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789._-");

    /// <summary>No figure.</summary>
    public static ImmutableSortedDictionary<string, double> None { get; } = ImmutableSortedDictionary.Create<string, double>(StringComparer.Ordinal);

    /// <summary>Takes what a header says; false, with the reason, when it is more or other than the protocol allows.</summary>
    /// <param name="given">Figures by name.</param>
    /// <param name="metrics">The figures; <see cref="None"/> where there is none.</param>
    /// <param name="problem">What is wrong, without repeating a bad name.</param>
    public static bool TryRead(IReadOnlyCollection<KeyValuePair<string, double>> given, out ImmutableSortedDictionary<string, double> metrics, out string problem)
    {
        ArgumentNullException.ThrowIfNull(given);
        metrics = None;
        problem = given.Count > MaximumCount ? string.Create(CultureInfo.InvariantCulture, $"{given.Count} metrics, the most are {MaximumCount}")
            : given.Any(pair => !IsName(pair.Key)) ? "a metric's name is not [a-z0-9][a-z0-9._-]{0,31}"
            : given.FirstOrDefault(pair => !double.IsFinite(pair.Value)) is { Key: { } name } bad
                ? string.Create(CultureInfo.InvariantCulture, $"metric {name} is {bad.Value}")
            : "";
        if (problem.Length > 0)
        {
            return false;
        }

        metrics = given.Count == 0 ? None : None.AddRange(given);
        return true;
    }

    private static bool IsName(string name) =>
        name.Length is > 0 and <= MaximumNameLength && char.IsAsciiLetterOrDigit(name[0]) && !name.AsSpan().ContainsAnyExcept(Letters);
}

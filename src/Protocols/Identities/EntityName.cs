using System.Text.RegularExpressions;

namespace Distributed.Protocols.Identities;

/// <summary>
/// The one rule for names that come from outside (runs, nodes): <c>[a-z0-9-]{1,63}</c>. A name that passes is safe as a file name, a log field and a DNS label.
/// </summary>
public static partial class EntityName
{
    /// <summary>Longest name, in characters.</summary>
    public const int MaximumLength = 63;

    /// <summary>Whether <paramref name="name"/> obeys the rule.</summary>
    public static bool IsValid(string? name) => name is not null && Pattern().IsMatch(name);

    /// <summary>Refuses a name that breaks the rule; the text never repeats the raw name.</summary>
    /// <param name="what">What is named, e.g. "run id".</param>
    /// <param name="name">The name as received.</param>
    /// <returns>The refusal, or null when the name is valid.</returns>
    public static Refusals.Refusal? Check(string what, string? name) => IsValid(name)
        ? null
        : new Refusals.Refusal(Refusals.RefusalCode.NameInvalid, $"The {what} must be 1 to {MaximumLength} characters of a-z, 0-9 and '-'.");

    [GeneratedRegex(@"\A[a-z0-9-]{1,63}\z", RegexOptions.CultureInvariant)]
    private static partial Regex Pattern();
}

using System.Globalization;

namespace Distributed.Coordinator.Admission;

/// <summary>Texts of nodes on their way to logs, records and pages.</summary>
internal static class ForeignText
{
    private const int MaximumLength = 500;

    /// <summary>The text as one line of at most 500 characters, without anything that moves a cursor or reorders letters.</summary>
    public static string Printable(string text) =>
        string.Concat(text.Take(MaximumLength).Select(c => char.IsControl(c) || char.GetUnicodeCategory(c) == UnicodeCategory.Format ? ' ' : c));
}

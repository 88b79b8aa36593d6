namespace Distributed.Protocols.Runs;

/// <summary>"Did you mean": the valid word with the smallest edit distance.</summary>
public static class NearestKey
{
    /// <summary>The candidate nearest to <paramref name="word"/>; null when none is near enough to be meant.</summary>
    public static string? Find(string word, IEnumerable<string> candidates)
    {
        ArgumentNullException.ThrowIfNull(word);
        var best = candidates.Select(candidate => (candidate, distance: Distance(word, candidate))).OrderBy(pair => pair.distance).FirstOrDefault();
        return best.candidate is not null && best.distance <= Math.Max(2, word.Length / 2) ? best.candidate : null;
    }

    /// <summary>A sentence part: <c>; did you mean 'x'?</c>, or the list of what is valid.</summary>
    public static string Hint(string word, IReadOnlyCollection<string> candidates) => Find(word, candidates) is { } near
        ? $"; did you mean '{near}'?"
        : candidates.Count == 0 ? "; nothing can be set here."
        : $"; valid here: {string.Join(", ", candidates.Order(StringComparer.Ordinal))}.";

    // Levenshtein over one row, ignoring case.
    private static int Distance(string left, string right)
    {
        var row = Enumerable.Range(0, right.Length + 1).ToArray();
        for (var i = 1; i <= left.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= right.Length; j++)
            {
                var substitution = diagonal + (char.ToLowerInvariant(left[i - 1]) == char.ToLowerInvariant(right[j - 1]) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.Min(substitution, Math.Min(row[j], row[j - 1]) + 1);
            }
        }

        return row[^1];
    }
}

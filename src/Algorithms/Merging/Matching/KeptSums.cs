namespace Distributed.Algorithms.Merging.Matching;

/// <summary>
/// The products of a permutation from visit to visit. What the other permutations have no say in is summed once; of the rest, late sweeps
/// change little, and only that is summed anew.
/// </summary>
internal sealed class KeptSums(double[] constant, IEnumerable<MatchedTerm> terms)
{
    private readonly bool _isConstant = !terms.Any();
    private List<MatchedTerm>? _last;

    /// <summary>The part that is always the same.</summary>
    public double[] Constant => constant;

    /// <summary>All of it.</summary>
    public double[] Sums { get; private set; } = [];

    /// <summary>Brings the sums up to date.</summary>
    public void Update(UnitProducts products, List<MatchedTerm> terms)
    {
        if (_isConstant)
        {
            Sums = constant;
            return;
        }
        if (_last is null || !TryChange(products, terms, _last))
        {
            if (Sums.Length == 0) Sums = new double[constant.Length];
            constant.CopyTo(Sums, 0);
            foreach (var term in terms) term.Add(products, Sums);
        }
        _last = terms;
    }

    private bool TryChange(UnitProducts products, List<MatchedTerm> terms, List<MatchedTerm> earlier)
    {
        var changes = terms.Zip(earlier, (now, before) => now.ChangesSince(before)).ToList();
        // What has changed is subtracted and added: two products for one.
        if (changes.Contains(null) || 2 * changes.Sum(change => (long)change!.Length) >= terms.Sum(term => (long)term.Width)) return false;
        for (var i = 0; i < terms.Count; i++)
        {
            if (changes[i]!.Length > 0) terms[i].AddChanges(products, Sums, earlier[i], changes[i]!);
        }
        return true;
    }
}

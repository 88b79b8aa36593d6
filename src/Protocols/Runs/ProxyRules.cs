namespace Distributed.Protocols.Runs;

/// <summary>What can be said about a run's proxy set without looking at any data.</summary>
public static class ProxyRules
{
    /// <summary>The mistake of a run without a proxy set that needs one.</summary>
    /// <param name="why">What needs it.</param>
    public static SpecProblem Missing(string why) =>
        new("proxy", $"is required: {why}; for example proxy: {{ examples: 200, from: test }}");

    /// <summary>Adds every mistake of the section itself.</summary>
    /// <param name="spec">The run.</param>
    /// <param name="problems">Receives the mistakes.</param>
    public static void Check(RunSpec spec, ICollection<SpecProblem> problems)
    {
        ArgumentNullException.ThrowIfNull(spec);
        ArgumentNullException.ThrowIfNull(problems);
        if (spec.Proxy is { Path.Length: > 0, From: not ProxyOrigin.Own })
        {
            problems.Add(new("proxy.path", "is the folder of a proxy set of its own; say proxy.from: own, or leave the path out"));
        }
    }
}

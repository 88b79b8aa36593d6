using System.Text.Json.Nodes;
using Distributed.Algorithms;
using Distributed.Algorithms.Aggregation;
using Distributed.Protocols.Runs;

namespace Distributed.Coordinator.Rounds;

/// <summary>What folds a run's rounds. Where clients align their models first, that is the aggregator that gets the aligned ones.</summary>
public sealed record AggregatorChoice
{
    private const string ThenKey = "then";
    private const string BuffersKey = "buffers";

    private AggregatorChoice(AggregatorEntry entry, AggregatorParameters parameters) => (Entry, Parameters) = (entry, parameters);

    /// <summary>The aggregator.</summary>
    public AggregatorEntry Entry { get; }

    /// <summary>Its parameters.</summary>
    public AggregatorParameters Parameters { get; }

    /// <summary>Whether its aggregations are the work of a node that holds the proxy set.</summary>
    public bool UsesProxy => Entry.WhyProxy(Parameters) is not null;

    /// <summary>Whether each client keeps its own running statistics from round to round.</summary>
    public bool KeepsBuffers => Parameters.Buffers == BufferPolicy.Local;

    /// <summary>Makes it.</summary>
    public IAggregator Create() => Entry.Create(Parameters);

    /// <summary>The choice of a run that passed <see cref="Check"/>.</summary>
    /// <param name="spec">The run.</param>
    /// <exception cref="InvalidOperationException">It did not.</exception>
    public static AggregatorChoice Of(RunSpec spec)
    {
        ArgumentNullException.ThrowIfNull(spec);
        return Read(spec.Aggregator, [])
            ?? throw new InvalidOperationException($"The aggregator {spec.Aggregator.Name} passed validation but cannot be made.");
    }

    /// <summary>Adds every mistake of a run's aggregator, and of the proxy set that it may need.</summary>
    /// <param name="spec">The run.</param>
    /// <param name="problems">Receives the mistakes.</param>
    public static void Check(RunSpec spec, ICollection<SpecProblem> problems)
    {
        ArgumentNullException.ThrowIfNull(spec);
        ArgumentNullException.ThrowIfNull(problems);
        if (Read(spec.Aggregator, problems) is { } choice && spec.Proxy is null && choice.Entry.WhyProxy(choice.Parameters) is { } why)
        {
            problems.Add(ProxyRules.Missing(why));
        }

        ProxyRules.Check(spec, problems);
    }

    /// <summary>Reads what a run file asks for.</summary>
    /// <param name="spec">The aggregator of the run.</param>
    /// <param name="problems">Receives every mistake, also those of a nested aggregator.</param>
    /// <returns>The choice, or null when there is a problem.</returns>
    public static AggregatorChoice? Read(PluginSpec spec, ICollection<SpecProblem> problems)
    {
        ArgumentNullException.ThrowIfNull(spec);
        ArgumentNullException.ThrowIfNull(problems);
        return Read(spec, "aggregator", problems);
    }

    private static AggregatorChoice? Read(PluginSpec spec, string path, ICollection<SpecProblem> problems)
    {
        if (Registry.FindAggregator(spec.Name) is not { } entry)
        {
            var names = Registry.Aggregators.Select(known => known.Name).ToList();
            problems.Add(new($"{path}.name", $"no aggregator is called '{spec.Name}'{NearestKey.Hint(spec.Name, names)}; there are {string.Join(", ", names)}"));
            return null;
        }

        var before = problems.Count;
        var parameters = (AggregatorParameters)SpecBinder.Bind(entry.Parameters, spec.Parameters, path, problems);
        var inner = (parameters as RebasinParameters)?.Then is { } then ? ReadNested(spec, then, path, problems) : null;
        return problems.Count > before ? null : inner ?? new AggregatorChoice(entry, parameters);
    }

    private static AggregatorChoice? ReadNested(PluginSpec outer, JsonObject then, string path, ICollection<SpecProblem> problems)
    {
        var nested = $"{path}.{ThenKey}";
        if (outer.Parameters.ContainsKey(BuffersKey))
        {
            problems.Add(new($"{path}.{BuffersKey}", $"belongs into {nested}, which makes the model"));
        }

        if (SpecBinder.ToPlugin(then, nested, problems) is not { } inner)
        {
            return null;
        }

        if (Registry.FindAggregator(inner.Name) is { AlignsModels: true })
        {
            problems.Add(new($"{nested}.name", $"the models are aligned already; after {outer.Name} comes what averages them"));
            return null;
        }

        return Read(inner, nested, problems);
    }
}

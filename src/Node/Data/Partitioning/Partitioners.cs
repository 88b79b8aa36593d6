using System.Collections.Immutable;
using Distributed.Node.Plugins;
using Distributed.Protocols.Runs;

namespace Distributed.Node.Data.Partitioning;

/// <summary>The ways to deal examples, by name.</summary>
internal static class Partitioners
{
    public static readonly PluginFamily<IPartitioner> Family = new("partition",
    [
        new("iid", typeof(IidParameters), _ => new IidPartitioner()),
        new("dirichlet", typeof(DirichletParameters), parameters => new DirichletPartitioner((DirichletParameters)parameters)),
        new("shards", typeof(ShardParameters), parameters => new ShardPartitioner((ShardParameters)parameters)),
        new("domain", typeof(DomainParameters), _ => new DomainPartitioner()),
        new("given", typeof(GivenParameters), parameters => new GivenPartitioner((GivenParameters)parameters)),
    ]);

    /// <summary>Deals a run's training examples, or says why that cannot be done.</summary>
    public static Partition? Deal(RunSpec spec, IReadOnlyList<int> labels, ICollection<string> problems)
    {
        if (spec.Data.Clients > labels.Count)
        {
            problems.Add($"data.clients: {spec.Data.Clients} clients, but only {labels.Count} examples to train on.");
            return null;
        }

        var right = labels.TakeWhile(label => label >= 0).Count();
        if (right < labels.Count)
        {
            problems.Add($"training example {right} has the label {labels[right]}; labels are 0 and up.");
            return null;
        }

        var mistakes = new List<SpecProblem>();
        var partitioner = Family.Create(spec.Data.Partition, "data.partition", mistakes);
        foreach (var mistake in mistakes)
        {
            problems.Add(mistake.ToString());
        }

        return partitioner?.Deal(labels, spec.Data.Clients, spec.Seed, problems) is { } dealt ? new Partition(ImmutableArray.Create(dealt)) : null;
    }
}

using Distributed.Node.Data;
using Distributed.Node.Data.Partitioning;
using Distributed.Node.Models;
using Distributed.Protocols.Runs;

namespace Distributed.Node.Training;

/// <summary>Which examples are trained on, which are tested on, and which are the proxy set: no example is two of them.</summary>
/// <param name="Train">Indices of the training examples that are dealt to the clients.</param>
/// <param name="Test">Indices of the test examples that are tested on.</param>
/// <param name="Proxy">The proxy set; null: the run has none, or this node does not hold it.</param>
internal sealed record Holdout(int[] Train, int[] Test, ProxySet? Proxy)
{
    /// <summary>Holds a run's proxy set back.</summary>
    /// <param name="spec">The run.</param>
    /// <param name="task">Its task.</param>
    /// <param name="own">The task over the proxy set's own folder, where there is one.</param>
    /// <param name="problems">Receives everything that is wrong.</param>
    public static Holdout Of(RunSpec spec, ILearningTask task, ILearningTask? own, ICollection<string> problems)
    {
        var (train, test) = (Enumerable.Range(0, task.TrainCount).ToArray(), Enumerable.Range(0, task.TestCount).ToArray());
        if (spec.Proxy is not { } proxy || (proxy.From == ProxyOrigin.Own && own is null))
        {
            return new Holdout(train, test, null);
        }

        var classes = task.TrainLabels.ToHashSet();
        var (source, split, labels, spare, what) = proxy.From switch
        {
            ProxyOrigin.Test => (task, Split.Test, task.TestLabels, 1, "test examples"),
            ProxyOrigin.Train => (task, Split.Train, task.TrainLabels, 1, "training examples"),
            _ => (own!, Split.Train, own!.TrainLabels, 0, "examples of its folder"),
        };
        if (ProxyDraw.Draw(spec.Seed, proxy.Examples, labels, classes, spare, what, problems) is not { } drawn)
        {
            return new Holdout(train, test, null);
        }

        var set = new ProxySet(source, split, drawn);
        return proxy.From switch
        {
            ProxyOrigin.Test => new Holdout(train, [.. test.Except(drawn)], set),
            ProxyOrigin.Train => new Holdout([.. train.Except(drawn)], test, set),
            _ => new Holdout(train, test, set),
        };
    }

    /// <summary>Deals the training examples to the clients; null, with the reason, when that cannot be done.</summary>
    public Partition? Deal(RunSpec spec, ILearningTask task, ICollection<string> problems)
    {
        var labels = task.TrainLabels;
        var dealt = Partitioners.Deal(spec, Array.ConvertAll(Train, index => labels[index]), problems);
        return dealt is null ? null : new Partition([.. dealt.Clients.Select(places => Array.ConvertAll(places, place => Train[place]))]);
    }
}

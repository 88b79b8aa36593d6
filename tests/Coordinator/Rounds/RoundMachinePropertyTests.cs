using Distributed.Coordinator.Rounds;
using Distributed.Protocols.Identities;
using FsCheck;
using FsCheck.Fluent;

namespace Distributed.Coordinator.Tests.Rounds;

public sealed class RoundMachinePropertyTests
{
    private static readonly string[] Names = ["a", "b", "c"];

    [Fact]
    public void RandomEvents_NeverDoubleCountNeverBelowQuorumOneChain() =>
        Prop.ForAll(ArbMap.Default.ArbFor<int>(), Holds).QuickCheckThrowOnFailure();

    [Fact]
    public void RandomEvents_NodesAggregate_OnlyTheNodeThatWasAskedMakesAModel() =>
        Prop.ForAll(ArbMap.Default.ArbFor<int>(), seed => Holds(seed, delegated: true)).QuickCheckThrowOnFailure();

    private static void Holds(int seed) => Holds(seed, delegated: false);

    // The seed is FsCheck's case: it is printed when the property fails.
    private static void Holds(int seed, bool delegated)
    {
        var random = new Random(seed);
        var setup = MachineScript.Setup(rounds: 4, clients: 6, cohort: 4, quorum: 3, maximumAbandoned: 2, evaluateEvery: random.Next(3)) with { IsDelegated = delegated };
        var script = new MachineScript(setup).Start();
        var history = new History(setup);
        for (var step = 0; step < 400 && script.State.Phase != RunPhase.Ended; step++)
        {
            script.Now += random.Next(20);
            var happened = Next(random, script);
            var before = script.State;
            script.Apply(happened);
            history.Check(before, happened, script);
        }
    }

    private static RoundEvent Next(Random random, MachineScript script)
    {
        var state = script.State;
        var node = Names[random.Next(Names.Length)];
        var inFlight = state.Nodes.Values.SelectMany(n => n.InFlight.Select(task => (n.Name, Task: task))).ToList();
        switch (random.Next(16))
        {
            case 0: return new RoundEvent.NodeJoined(script.Now, node, random.Next(1000), 1 + random.Next(3), random.Next(4) == 0 ? [0, 1] : [], []);
            case 1: return new RoundEvent.NodeAccepted(script.Now, node, [], random.Next(3), random.Next(3));
            case 2 when state.Nodes.TryGetValue(node, out var known): return new RoundEvent.NodeLeft(script.Now, node, known.Session, "cut");
            case 3: return new RoundEvent.TimerFired(script.Now + random.Next(2000), new RoundTimer((TimerPurpose)random.Next(4), state.Round - random.Next(2)));
            case 4 when inFlight.Count > 0: return Failure(random, script, inFlight);
            case 5: return Stray(random, script);
            case 6 when inFlight.Exists(pair => pair.Task.Kind == TaskKind.Evaluate):
                var (evaluator, shard) = inFlight.Find(pair => pair.Task.Kind == TaskKind.Evaluate);
                return new RoundEvent.ShardEvaluated(script.Now, evaluator, shard, new ShardResult(10, 1, 5));
            case 7 when state.Phase == RunPhase.Aggregating && random.Next(3) == 0:
                return new RoundEvent.AggregationFailed(script.Now, state.Round, "UPDATE_CHECKSUM", [random.Next(6)]);
            case 8 when state.Phase == RunPhase.Committing && random.Next(3) == 0:
                return new RoundEvent.CommitRefused(script.Now, state.Round, "STORAGE_FULL");
            case 9 or 10 when inFlight.Count > 0:
                var (sender, begun) = inFlight[random.Next(inFlight.Count)];
                return new RoundEvent.UploadBegun(script.Now, begun.Round, begun.Index, sender);
            default:
                return Progress(random, script, inFlight);
        }
    }

    private static RoundEvent.TaskFailed Failure(Random random, MachineScript script, List<(string Name, TaskRef Task)> inFlight)
    {
        var (node, task) = inFlight[random.Next(inFlight.Count)];
        return new RoundEvent.TaskFailed(script.Now, node, task, "TRAINING_FAILED", "no luck");
    }

    private static RoundEvent.UpdateArrived Stray(Random random, MachineScript script)
    {
        var id = new UpdateId("run", Math.Max(0, script.State.Round + random.Next(3) - 1), random.Next(8), Math.Max(0, script.State.Version - random.Next(2)));
        return new(script.Now, script.Update(id.Client, bytes: $"{id.Round}/{id.Client}/{random.Next(2)}") with { Id = id });
    }

    private static RoundEvent Progress(Random random, MachineScript script, List<(string Name, TaskRef Task)> inFlight)
    {
        var state = script.State;
        switch (state.Phase)
        {
            case RunPhase.Aggregating when state.Delegation is { Result: null } delegation:
                return delegation switch
                {
                    { AggregatorState.IsDefault: true } => new RoundEvent.DelegationPrepared(script.Now, state.Round, []),
                    { Node: { } worker } => DelegationTests.Aggregate(script, random.Next(4) == 0 ? Names[random.Next(Names.Length)] : worker, bytes: $"{state.Round}"),
                    _ => new RoundEvent.NodeAccepted(script.Now, Names[random.Next(Names.Length)], [], 1, 1),
                };
            case RunPhase.Aggregating:
                var used = state.Clients.Values.Count(work => work.Update is not null);
                return new RoundEvent.Aggregated(script.Now, state.Round, new AggregateResult(
                    MachineScript.HashOf($"{state.Round} {random.Next()}"), [.. Enumerable.Repeat(1.0 / used, used)], null));
            case RunPhase.Committing:
                return new RoundEvent.Committed(script.Now, state.Round, state.Result!.Hash);
            default:
                var training = inFlight.FindAll(pair => pair.Task.Kind is not (TaskKind.Evaluate or TaskKind.Aggregate));
                if (training.Count == 0)
                {
                    return new RoundEvent.NodeAccepted(script.Now, "a", [], 1, 1);
                }

                var (node, task) = training[random.Next(training.Count)];
                return new RoundEvent.UpdateArrived(script.Now, script.Update(task.Index, node, random.Next(3)));
        }
    }

    /// <summary>What the outside has seen; its rules are the guarantees G1 and G2 and the quorum.</summary>
    private sealed class History(RunSetup setup)
    {
        private readonly HashSet<UpdateId> counted = [];
        private readonly List<int> lines = [];
        private ContentHash head;
        private long version = -1;

        public void Check(RoundState before, RoundEvent happened, MachineScript script)
        {
            foreach (var effect in script.Effects)
            {
                switch (effect)
                {
                    case RoundEffect.Answer { Counted: true } when happened is RoundEvent.UpdateArrived { Update: { Id.IsAggregate: true } made }:
                        Assert.Equal(before.Delegation!.Node, made.Node);
                        break;
                    case RoundEffect.Answer { Counted: true }:
                        Assert.True(counted.Add(((RoundEvent.UpdateArrived)happened).Update.Id), "an update was counted twice");
                        break;
                    case RoundEffect.DiscardUpdate discard:
                        Assert.True(counted.Remove(discard.Id));
                        break;
                    case RoundEffect.Aggregate order when order.Round > 0:
                        Assert.True(order.Updates.Length >= setup.QuorumSize, "an aggregate below quorum");
                        Assert.Equal(order.Updates.Length, order.Updates.Select(update => update.Id).Distinct().Count());
                        Assert.All(order.Updates, update => Assert.Contains(update.Id, counted));
                        break;
                    case RoundEffect.TakeAggregate take:
                        Assert.True(take.Updates.Length >= setup.QuorumSize, "a node's aggregate below quorum");
                        Assert.All(take.Updates, update => Assert.Contains(update.Id, counted));
                        break;
                    case RoundEffect.Commit commit:
                        Assert.Equal((version + 1, head), (commit.Version, commit.Parent));
                        break;
                    case RoundEffect.Emit emit:
                        lines.Add(emit.Record.Round);
                        Assert.Equal(lines.Count, emit.Record.Round);
                        break;
                }
            }

            if (before.Version < 0 && script.State.Abandoned > before.Abandoned)
            {
                // The initial model is tried again under the same number; what was spooled for it is removed.
                counted.RemoveWhere(id => id.Round == 0);
            }

            if (script.State.Version != before.Version)
            {
                Assert.Equal(version + 1, script.State.Version);
                (version, head) = (script.State.Version, script.State.ModelHash);
            }

            Assert.All(script.State.Nodes.Values, node =>
            {
                Assert.Subset(node.InFlight.ToHashSet(), node.Sending.ToHashSet());
                Assert.True(node.InFlight.Count <= 2 * node.Slots, "more updates on their way than slots");
                Assert.True(node.InFlight.Count - node.Sending.Count <= node.Slots, "more tasks at work than slots");
            });
        }
    }
}

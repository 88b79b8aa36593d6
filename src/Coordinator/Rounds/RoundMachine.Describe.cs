using Distributed.Protocols.Runs;

namespace Distributed.Coordinator.Rounds;

internal static partial class RoundMachine
{
    /// <summary>What the run waits for, in a sentence.</summary>
    public static string Describe(RoundState state, long now) => state switch
    {
        { IsPaused: true, Phase: not RunPhase.Ended } => $"{RunWaits.Disk}: {state.DiskFault} It is looked at every few seconds, and the run goes on by itself.",
        { IsStranded: true } => $"{RunWaits.Nodes}: all are lost; {state.Admitted} of {state.Clients.Count} clients are in, deadline in {Seconds(state.DeadlineAt - now)}",
        _ => DescribePhase(state, now),
    };

    private static string DescribePhase(RoundState state, long now) => state.Phase switch
    {
        RunPhase.WaitingForNodes => WaitingForNodes(state),
        RunPhase.Initializing => $"waiting for the initial model{Workers(state)}, deadline in {Seconds(state.DeadlineAt - now)}",
        RunPhase.Collecting => $"{state.Admitted} of {state.Clients.Count} clients, deadline in {Seconds(state.DeadlineAt - now)}{Idle(state)}",
        RunPhase.Aggregating when state.Delegation is { } delegation => DescribeDelegation(state, delegation, now),
        RunPhase.Aggregating => $"folding {state.Admitted} updates",
        RunPhase.Committing => "making the new model durable",
        RunPhase.BackingOff => $"pausing after an abandoned round: {state.Reason}",
        RunPhase.Finishing => $"waiting for {state.Evaluations.Count} evaluations",
        _ => state.Reason,
    };

    private static string Describe(RunPhase phase) => phase switch
    {
        RunPhase.Aggregating => "aggregating",
        RunPhase.Committing => "committing",
        RunPhase.Held => "waiting for its disk",
        RunPhase.BackingOff => "pausing",
        RunPhase.WaitingForNodes => "waiting for nodes",
        RunPhase.Finishing => "evaluating",
        RunPhase.Ended => "over",
        _ => "open",
    };

    private static string WaitingForNodes(RoundState state)
    {
        var rejected = state.Nodes.Values.Where(node => node.Accepted is false).Select(node => $"{node.Name} rejected the run: {string.Join("; ", node.Problems)}");
        var ready = $"{RunWaits.Nodes}: {state.AcceptedNodes.Count()} of {state.Setup.MinimumNodes} ready{(LacksProxy(state) ? ", none holds the proxy set" : "")}";
        return string.Join("; ", rejected.Prepend(ready));
    }

    private static string Workers(RoundState state) =>
        state.Clients.TryGetValue(0, out var work) && work.Node is { } node ? $" from node {node}" : "";

    private static string Idle(RoundState state)
    {
        var homeless = state.Waiting.Count(client => !state.Nodes.Values.Any(node => node.CanRun(client)));
        return homeless == 0 ? "" : $"; {homeless} clients wait for their node";
    }

    private static string Seconds(long milliseconds) => $"{Math.Max(0, milliseconds + 999) / 1000} s";
}

using Distributed.Protocols.Refusals;

namespace Distributed.Coordinator.Rounds;

// A disk that is full, read-only or fails is nobody's fault in the round: the run pauses, looks again, and goes on where it was.
internal static partial class RoundMachine
{
    private const int LargestLookShift = 1;

    private static bool IsDiskFault(string code) => code == RefusalCodes.WireName(RefusalCode.StorageFull) || code == RefusalCodes.WireName(RefusalCode.StorageUnwritable);

    private static void Pause(Step step, string fault)
    {
        if (!step.State.IsPaused)
        {
            step.State = step.State with { DiskFault = fault, DiskLooks = 0 };
            LookLater(step);
        }
    }

    // The updates are in the spool: the model is made of them again.
    private static void Hold(Step step, string fault)
    {
        step.Do(new RoundEffect.DiscardModel());
        CancelDelegation(step, "the coordinator's disk does not take the new model");
        step.State = step.State with { Phase = RunPhase.Held, Result = null };
        Pause(step, fault);
    }

    private static void OnDiskLookedAt(Step step, string fault)
    {
        if (!step.State.IsPaused)
        {
            return;
        }

        if (fault.Length > 0)
        {
            step.State = step.State with { DiskFault = fault, DiskLooks = step.State.DiskLooks + 1 };
            LookLater(step);
            return;
        }

        step.State = step.State with { DiskFault = "" };
        if (step.State.IsOpen)
        {
            step.State = step.State with { DeadlineAt = step.Now + step.State.Setup.DeadlineMilliseconds };
            step.Do(DeadlineTimer(step));
        }
        else if (step.State.Phase == RunPhase.Held)
        {
            Aggregate(step);
        }
        else if (step.State.Delegation is { } delegation)
        {
            step.State = step.State with { Delegation = delegation with { DeadlineAt = step.Now + step.State.Setup.DeadlineMilliseconds } };
            step.Do(new RoundEffect.StartTimer(new(TimerPurpose.Aggregation, step.State.Round), step.State.Setup.DeadlineMilliseconds));
        }
    }

    private static void LookLater(Step step) => step.Do(new RoundEffect.StartTimer(
        new(TimerPurpose.Disk, step.State.Round), FirstBackOffMilliseconds << Math.Min(step.State.DiskLooks, LargestLookShift)));
}

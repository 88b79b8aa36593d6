namespace Distributed.Node.DataParallel;

/// <summary>What a step came to; the same on every rank but for the times.</summary>
/// <param name="Step">Its number, from 1.</param>
/// <param name="Loss">Mean over the batch of all ranks, before the step.</param>
/// <param name="Norm">L2 norm of the gradients, before it was limited.</param>
/// <param name="Skipped">The loss or a gradient was not finite, and the model stayed as it was.</param>
/// <param name="Data">Time to gather the examples.</param>
/// <param name="Communication">Time to reduce the gradients, waiting for slower ranks included.</param>
/// <param name="Total">Time of the whole step.</param>
internal readonly record struct StepResult(long Step, float Loss, float Norm, bool Skipped, TimeSpan Data, TimeSpan Communication, TimeSpan Total);

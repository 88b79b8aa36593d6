using Distributed.Node.Models;

namespace Distributed.Node.Training;

/// <summary>The proxy set of a run, on a node that holds it.</summary>
/// <param name="Task">What reads its examples: the run's own task, or one over a folder of the proxy set's own.</param>
/// <param name="Split">Where in the task they are.</param>
/// <param name="Indices">Which ones, ascending.</param>
internal sealed record ProxySet(ILearningTask Task, Split Split, int[] Indices);

using System.Collections.Immutable;
using Distributed.Node.Models;
using Distributed.Protocols.Runs;

namespace Distributed.Node.Training;

/// <summary>Makes a user's own task for a run.</summary>
/// <param name="spec">The run; the task reads its parameters from <see cref="RunSpec.Model"/> and <see cref="RunSpec.Data"/>.</param>
/// <param name="problems">Receives everything that is wrong with data or parameters.</param>
/// <returns>The task, or null when there is a problem.</returns>
public delegate ILearningTask? LearningTaskFactory(RunSpec spec, ICollection<string> problems);

/// <summary>A user's own tasks by the model name that chooses them in a run file.</summary>
public sealed record NodePlugins
{
    /// <summary>No tasks beside the built-in ones.</summary>
    public static NodePlugins None { get; } = new();

    internal ImmutableDictionary<string, LearningTaskFactory> Tasks { get; private init; } = ImmutableDictionary<string, LearningTaskFactory>.Empty;

    /// <summary>Adds a task.</summary>
    /// <param name="model">The <c>model.name</c> of run files; it goes before a built-in model of that name.</param>
    /// <param name="factory">Called once for a run in each process.</param>
    public NodePlugins With(string model, LearningTaskFactory factory) => this with { Tasks = Tasks.SetItem(model, factory) };
}

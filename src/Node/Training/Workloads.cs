using Distributed.Node.Data;
using Distributed.Node.Data.Partitioning;
using Distributed.Node.Hosting;
using Distributed.Node.Models;
using Distributed.Protocols.Runs;

namespace Distributed.Node.Training;

/// <summary>From a run specification to a workload: loads the data, deals it, checks that all of it fits.</summary>
internal static class Workloads
{
    /// <summary>Makes the workload of a run.</summary>
    /// <param name="spec">A run as announced.</param>
    /// <param name="plugins">The user's own tasks.</param>
    /// <param name="problems">Receives everything that is wrong.</param>
    /// <returns>The workload, or null when there is a problem.</returns>
    public static IWorkload? Create(RunSpec spec, NodePlugins plugins, ICollection<string> problems)
    {
        var mistakes = new List<SpecProblem>();
        NodeSpecs.Validate(spec, plugins, mistakes);
        foreach (var mistake in mistakes)
        {
            problems.Add(mistake.ToString());
        }

        if (mistakes.Count > 0)
        {
            return null;
        }

        return spec.Model.Name == Blob.Name && !plugins.Tasks.ContainsKey(Blob.Name)
            ? new BlobWorkload(SpecBinder.Bind<BlobParameters>(spec.Model.Parameters, "model", mistakes), spec)
            : CreateTorch(spec, plugins, problems);
    }

    private static TorchWorkload? CreateTorch(RunSpec spec, NodePlugins plugins, ICollection<string> problems)
    {
        var task = plugins.Tasks.TryGetValue(spec.Model.Name, out var factory) ? factory(spec, problems) : CreateClassification(spec, problems);
        if (task is null)
        {
            return null;
        }

        var optimizer = Optimizers.Family.Create(spec.Training.Optimizer, "training.optimizer", []);
        if (optimizer is null || Partitioners.Deal(spec, task.TrainLabels, problems) is not { } partition)
        {
            task.Dispose();
            return null;
        }

        var alignment = ModelAlignment.IsAsked(spec) ? ModelAlignment.Of(spec, task, problems) : null;
        if (alignment is null && ModelAlignment.IsAsked(spec))
        {
            task.Dispose();
            return null;
        }

        return new TorchWorkload(task, partition, spec, optimizer, alignment);
    }

    private static ImageClassification? CreateClassification(RunSpec spec, ICollection<string> problems)
    {
        var data = spec.Data;
        var model = Classifiers.Family.Create(spec.Model, "model", []);
        var images = DatasetCache.Acquire(new DataRequest(data.Source, spec.Seed, data.Path, data.Train, data.Test), problems);
        if (model is null || images is null)
        {
            return null;
        }

        if (model.Misfit(images.Shape) is { } misfit)
        {
            problems.Add(misfit);
            images.Dispose();
            return null;
        }

        return new ImageClassification(images, model);
    }
}

using Distributed.Node.Data;
using Distributed.Node.Data.Images;
using Distributed.Node.Data.Partitioning;
using Distributed.Node.Engine;
using Distributed.Node.Models;
using Distributed.Node.Models.Language;
using Distributed.Protocols.Runs;

namespace Distributed.Node.Training;

/// <summary>From a run specification to a workload: loads the data, deals it, checks that all of it fits.</summary>
internal static class Workloads
{
    /// <summary>Makes the workload of a run.</summary>
    /// <param name="spec">A run as announced.</param>
    /// <param name="plugins">The user's own tasks.</param>
    /// <param name="problems">Receives everything that is wrong.</param>
    /// <param name="device">What to compute on, a device of this process.</param>
    /// <returns>The workload, or null when there is a problem.</returns>
    public static IWorkload? Create(RunSpec spec, NodePlugins plugins, ICollection<string> problems, string device = ComputeDevices.Cpu)
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
            : CreateTorch(spec, plugins, problems, device);
    }

    private static TorchWorkload? CreateTorch(RunSpec spec, NodePlugins plugins, ICollection<string> problems, string device)
    {
        if (CreateTask(spec, plugins, problems) is not { } task)
        {
            return null;
        }

        var before = problems.Count;
        var own = OwnProxy(spec, task, problems);
        var holdout = Holdout.Of(spec, task, own, problems);
        var optimizer = Optimizers.Family.Create(spec.Training.Optimizer, "training.optimizer", []);
        if (optimizer is null || holdout.Deal(spec, task, problems) is not { } partition || problems.Count > before)
        {
            own?.Dispose();
            task.Dispose();
            return null;
        }

        if (SmallestBatch.Problem(task, partition, spec) is { } alone)
        {
            problems.Add(alone);
        }

        var alignment = ModelAlignment.IsAsked(spec) ? ModelAlignment.Of(spec, task, problems) : null;
        if (problems.Count > before)
        {
            own?.Dispose();
            task.Dispose();
            return null;
        }

        var placed = OnDevice.Of(task, device);
        var proxy = holdout.Proxy is { } set ? set with { Task = set.Task == task ? placed : OnDevice.Of(set.Task, device) } : null;
        return new TorchWorkload(placed, partition, holdout with { Proxy = proxy }, spec, optimizer, alignment, device);
    }

    // The proxy set's own folder, read like the run's; null: there is none on this machine, or there is a problem.
    private static ImageClassification? OwnProxy(RunSpec spec, ILearningTask task, ICollection<string> problems)
    {
        if (spec.Proxy is not { From: ProxyOrigin.Own, Path: { Length: > 0 } path })
        {
            return null;
        }

        if (task is not ImageClassification images)
        {
            problems.Add($"proxy.from: own goes with the built-in data sources; model {spec.Model.Name} reads its own data.");
            return null;
        }

        var model = Classifiers.Family.Create(spec.Model, "model", [])!;
        if (DatasetCache.Acquire(new DataRequest(spec.Data.Source, spec.Seed, path, null, null), problems) is not { } own)
        {
            return null;
        }

        if (own.Shape != images.Shape)
        {
            problems.Add($"proxy.path: {path} has images of {Describe(own.Shape)}, the training data of {Describe(images.Shape)}.");
        }

        return new ImageClassification(own, model);

        static string Describe(ImageShape shape) => $"{shape.Channels} x {shape.Height} x {shape.Width}";
    }

    /// <summary>Makes the learning task of a run whose specification was checked; null when <paramref name="problems"/> got an entry.</summary>
    public static ILearningTask? CreateTask(RunSpec spec, NodePlugins plugins, ICollection<string> problems) =>
        plugins.Tasks.TryGetValue(spec.Model.Name, out var factory) ? factory(spec, problems)
        : spec.Model.Name == Transformer.Name ? LanguageModelling.Create(spec, problems)
        : CreateClassification(spec, problems);

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

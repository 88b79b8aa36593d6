using Distributed.Node.Data;
using Distributed.Node.Data.Partitioning;
using Distributed.Node.Data.Text;
using Distributed.Node.Models;
using Distributed.Node.Models.Language;
using Distributed.Node.Training;
using Distributed.Protocols.Runs;

namespace Distributed.Node.Training;

/// <summary>What a node can check about a run before it touches any file: names and parameters of everything that runs on nodes.</summary>
public static class NodeSpecs
{
    private const string NoSource = "none";

    /// <summary>Data sources; <c>none</c> goes with models that need no data.</summary>
    public static IReadOnlyList<string> Sources { get; } = [.. DataSources.Names, TextFolder.Name, NoSource];

    /// <summary>Ways to deal the examples to clients.</summary>
    public static IReadOnlyList<string> Partitions => Partitioners.Family.Names;

    /// <summary>Built-in models.</summary>
    public static IReadOnlyList<string> Models { get; } = [.. Classifiers.Family.Names, Transformer.Name, Blob.Name];

    /// <summary>Local optimizers.</summary>
    public static IReadOnlyList<string> Optimizers => Training.Optimizers.Family.Names;

    /// <summary>Adds every mistake in the sections data, partition, model and training.</summary>
    /// <param name="spec">The run.</param>
    /// <param name="problems">Receives the mistakes.</param>
    public static void Validate(RunSpec spec, ICollection<SpecProblem> problems) => Validate(spec, NodePlugins.None, problems);

    /// <summary>As <see cref="Validate(RunSpec, ICollection{SpecProblem})"/>, with a user's own tasks.</summary>
    /// <param name="spec">The run.</param>
    /// <param name="plugins">The user's own tasks.</param>
    /// <param name="problems">Receives the mistakes.</param>
    public static void Validate(RunSpec spec, NodePlugins plugins, ICollection<SpecProblem> problems)
    {
        ArgumentNullException.ThrowIfNull(spec);
        ArgumentNullException.ThrowIfNull(plugins);
        ArgumentNullException.ThrowIfNull(problems);
        Partitioners.Family.Create(spec.Data.Partition, "data.partition", problems);
        Training.Optimizers.Family.Create(spec.Training.Optimizer, "training.optimizer", problems);
        if (plugins.Tasks.ContainsKey(spec.Model.Name))
        {
            return;
        }

        ValidateModel(spec.Model, plugins, problems);
        ValidateSource(spec, problems);
        ValidateProxy(spec, problems);
        if (spec.Model.Name == Blob.Name && ModelAlignment.IsAsked(spec))
        {
            problems.Add(new("aggregator.name", $"{spec.Aggregator.Name} aligns hidden units, and model {Blob.Name} has none"));
        }
    }

    private static void ValidateModel(PluginSpec model, NodePlugins plugins, ICollection<SpecProblem> problems)
    {
        if (model.Name == Blob.Name)
        {
            SpecBinder.Bind<BlobParameters>(model.Parameters, "model", problems);
        }
        else if (model.Name == Transformer.Name)
        {
            SpecBinder.Bind<TransformerParameters>(model.Parameters, "model", problems);
        }
        else if (Classifiers.Family.Names.Contains(model.Name))
        {
            Classifiers.Family.Create(model, "model", problems);
        }
        else
        {
            problems.Add(new("model.name", $"no model is called '{model.Name}'{NearestKey.Hint(model.Name, [.. Models, .. plugins.Tasks.Keys])}"));
        }
    }

    private static void ValidateProxy(RunSpec spec, ICollection<SpecProblem> problems)
    {
        if (spec.Proxy is not null && spec.Data.Source == NoSource)
        {
            problems.Add(new("proxy", "is drawn from the data, and source none has none"));
        }
        else if (spec.Proxy is { From: ProxyOrigin.Train } && spec.Data.Partition.Name == "given")
        {
            problems.Add(new("proxy.from", "train takes examples that partition given deals out; take them from: test, or from a folder of their own"));
        }
        else if (spec.Proxy is { From: ProxyOrigin.Own } && DataSources.Find(spec.Data.Source) is { NeedsPath: false })
        {
            problems.Add(new("proxy.from", $"own needs a source that reads files; {spec.Data.Source} does not"));
        }
    }

    private static void ValidateText(RunSpec spec, ICollection<SpecProblem> problems)
    {
        var (source, path) = (spec.Data.Source, spec.Data.Path);
        if (source != TextFolder.Name || spec.Model.Name != Transformer.Name)
        {
            problems.Add(new("data.source", $"source {TextFolder.Name} and model {Transformer.Name} go together; these are source {source} and model {spec.Model.Name}"));
        }
        else if (string.IsNullOrEmpty(path))
        {
            problems.Add(new("data.path", $"is required: source {source} reads files"));
        }

        if (source == TextFolder.Name && (spec.Data.Train ?? spec.Data.Test) is not null)
        {
            problems.Add(new(spec.Data.Train is null ? "data.test" : "data.train", $"source {source} holds the last tenth of each domain out; leave it out"));
        }
    }

    private static void ValidateSource(RunSpec spec, ICollection<SpecProblem> problems)
    {
        var (source, path) = (spec.Data.Source, spec.Data.Path);
        if (source == NoSource)
        {
            if (spec.Model.Name != Blob.Name)
            {
                problems.Add(new("data.source", $"model {spec.Model.Name} needs data{NearestKey.Hint("", [.. DataSources.Names])}"));
            }
        }
        else if (source == TextFolder.Name || spec.Model.Name == Transformer.Name)
        {
            ValidateText(spec, problems);
        }
        else if (DataSources.Find(source) is not { } found)
        {
            problems.Add(new("data.source", $"no source is called '{source}'{NearestKey.Hint(source, [.. Sources])}"));
        }
        else if (found.NeedsPath && string.IsNullOrEmpty(path))
        {
            problems.Add(new("data.path", $"is required: source {source} reads files"));
        }
    }
}

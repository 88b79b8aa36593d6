using System.Collections.Immutable;
using Distributed.Algorithms.Merging;
using Distributed.Algorithms.Merging.Graphs;
using Distributed.Algorithms.Merging.Permutations;
using Distributed.Algorithms.Tensors;
using Distributed.Node.Engine;
using Distributed.Node.Models;
using Distributed.Node.Models.Graphs;
using Distributed.Node.Training;
using Distributed.Protocols.Runs;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Distributed.Node.Merging;

/// <summary>
/// A run's model and examples, to look at stored models with: how they score, what they compute, what their layers do. One model in memory, used by the
/// thread that opened it.
/// </summary>
public sealed class ModelProbe : IDisposable
{
    private const int ComparedExamples = 16;

    private readonly ILearningTask task;
    private readonly nn.Module model;
    private readonly ModelState state;
    private readonly ProbeOptions options;
    private readonly int batch;
    private readonly BatchNorm[] norms;
    private GraphSymmetry? symmetry;
    private readonly Lazy<IReadOnlyList<ProbedLayer>> layers;
    private readonly Lazy<Dictionary<nn.Module, string>> weights;

    private ModelProbe(ILearningTask task, ProbeOptions options, int batch)
    {
        (this.task, this.options, this.batch) = (task, options, batch);
        model = task.BuildModel();
        Convolutions.LeaveOutOneDnn(model);
        model.eval();
        state = new ModelState(model);
        norms = [.. model.modules().Prepend(model).OfType<BatchNorm>()];
        weights = new(() => ProbedLayer.Weights(model));
        layers = new(() => ProbedLayer.Find(model, () => Each(Split.Train, Spread(task.TrainCount, ComparedExamples), Run, wholeBatches: false, CancellationToken.None)));
    }

    /// <summary>The tensors of the run's models.</summary>
    public TensorManifest Manifest => state.Manifest;

    /// <summary>Whether the model has BatchNorm, whose running statistics do not survive a merge.</summary>
    public bool HasBatchNorm => norms.Length > 0;

    /// <summary>Which axis follows which relabelling of units.</summary>
    public PermutationSpec Spec => symmetry!.Spec;

    /// <summary>What the model keeps from being relabelled, a sentence each.</summary>
    public ImmutableArray<string> Pinned { get; private set; } = [];

    /// <summary>How many examples of a split are looked at.</summary>
    /// <param name="split">Training or test examples.</param>
    public int ExampleCount(Split split) => Math.Min(options.Examples, split == Split.Train ? task.TrainCount : task.TestCount);

    internal IReadOnlyList<ProbedLayer> Layers => layers.Value;

    internal ILearningTask Task => task;

    internal nn.Module Module => model;

    /// <summary>Builds a run's model and reads its data.</summary>
    /// <param name="spec">The run.</param>
    /// <param name="options">What may be looked at.</param>
    /// <param name="problems">Receives everything that is wrong.</param>
    /// <returns>The probe, or null when there is a problem.</returns>
    public static ModelProbe? Open(RunSpec spec, ProbeOptions options, ICollection<string> problems) => Open(spec, NodePlugins.None, options, problems);

    /// <summary>As <see cref="Open(RunSpec, ProbeOptions, ICollection{string})"/>, with a user's own tasks.</summary>
    /// <param name="spec">The run.</param>
    /// <param name="plugins">The user's own tasks.</param>
    /// <param name="options">What may be looked at.</param>
    /// <param name="problems">Receives everything that is wrong.</param>
    /// <returns>The probe, or null when there is a problem.</returns>
    public static ModelProbe? Open(RunSpec spec, NodePlugins plugins, ProbeOptions options, ICollection<string> problems)
    {
        ArgumentNullException.ThrowIfNull(spec);
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(problems);
        TorchEngine.EnterThread(options.Threads);
        if (Workloads.CreateTask(spec, plugins, problems) is not { } task)
        {
            return null;
        }

        if (task.TrainCount == 0 || task.TestCount == 0)
        {
            problems.Add("the run's data has no examples to train on, or none to test on");
            task.Dispose();
            return null;
        }

        var probe = new ModelProbe(task, options, spec.Evaluation.Batch);
        if (probe.ReadGraph(problems))
        {
            return probe;
        }

        probe.Dispose();
        return null;
    }

    /// <summary>
    /// A stored model in the order and the types of the run's: a foreign file may have another order of tensors, or half precision.
    /// </summary>
    /// <param name="stored">The model.</param>
    /// <param name="problems">Receives every tensor that is missing, in excess, or of another shape.</param>
    /// <returns>The model in memory, or null when there is a problem.</returns>
    public TensorSet? Conform(StoredModel stored, ICollection<string> problems) => ConformedModel.Of(Manifest, stored, problems);

    /// <summary>Scores a model on the examples of a split.</summary>
    /// <param name="candidate">The model, <see cref="Manifest"/>'s tensors.</param>
    /// <param name="split">Training or test examples.</param>
    /// <param name="cancellation">Looked at once a batch.</param>
    public ProbeScore Score(TensorSet candidate, Split split, CancellationToken cancellation = default) => Score(candidate, split, Examples(split), cancellation);

    internal ProbeScore Score(TensorSet candidate, Split split, long[] examples, CancellationToken cancellation)
    {
        Load(candidate);
        var (lossSum, correct, count) = (0.0, 0L, 0);
        Each(split, examples, read =>
        {
            var scores = task.Evaluate(model, read);
            lossSum += scores.Losses.to_type(ScalarType.Float64).sum().item<double>();
            correct += scores.Correct.sum().item<long>();
            count += (int)scores.Losses.shape[0];
        }, wholeBatches: false, cancellation);
        return new ProbeScore(lossSum / count, (double)correct / count);
    }

    /// <summary>Which examples of a split a model gets right.</summary>
    /// <param name="candidate">The model.</param>
    /// <param name="split">Training or test examples.</param>
    /// <param name="cancellation">Looked at once a batch.</param>
    public IReadOnlyList<bool> Answers(TensorSet candidate, Split split, CancellationToken cancellation = default)
    {
        Load(candidate);
        var answers = new List<bool>();
        Each(split, Examples(split), read => answers.AddRange(
            task.Evaluate(model, read).Correct.to_type(ScalarType.Byte).contiguous().bytes.ToArray().Select(correct => correct != 0)), wholeBatches: false, cancellation);
        return answers;
    }

    /// <summary>What a model answers to 16 inputs, always the same ones: random numbers where the inputs are numbers, examples otherwise.</summary>
    /// <param name="candidate">The model.</param>
    public double[] Outputs(TensorSet candidate)
    {
        Load(candidate);
        using var scope = NewDisposeScope();
        using var mode = no_grad();
        var read = task.ReadBatch(Split.Test, tensor(Spread(task.TestCount, ComparedExamples)));
        if (model is not nn.Module<Tensor, Tensor> function)
        {
            return Numbers(task.Losses(model, read));
        }

        var inputs = read.Inputs.clone();
        if (inputs.dtype == ScalarType.Float32)
        {
            var random = new Random(0);
            foreach (ref var value in System.Runtime.InteropServices.MemoryMarshal.Cast<byte, float>(inputs.bytes))
            {
                value = (float)((random.NextDouble() * 2) - 1);
            }
        }

        return Numbers(function.call(inputs));
    }

    /// <summary>Estimates the running statistics of every BatchNorm layer anew over training examples; other tensors stay. Nothing where there is none.</summary>
    /// <param name="candidate">The model; its statistics are replaced.</param>
    /// <param name="cancellation">Looked at once a batch.</param>
    public void Reset(TensorSet candidate, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(candidate);
        if (norms.Length == 0)
        {
            return;
        }

        Load(candidate);
        var before = norms.Select(norm => norm.momentum).ToArray();
        foreach (var norm in norms)
        {
            norm.reset_running_stats();
            // The plain mean over all batches: no batch counts more because it came last.
            norm.momentum = null;
            norm.train();
        }

        try
        {
            Each(Split.Train, Examples(Split.Train), Run, wholeBatches: true, cancellation);
        }
        finally
        {
            foreach (var (norm, momentum) in norms.Zip(before))
            {
                norm.momentum = momentum;
                norm.eval();
            }
        }

        state.Save(candidate.Data.Span);
    }

    /// <inheritdoc />
    public void Dispose()
    {
        model.Dispose();
        task.Dispose();
    }

    internal void Load(TensorSet candidate)
    {
        ArgumentNullException.ThrowIfNull(candidate);
        state.Load(candidate.Data.Span);
    }

    internal long[] Examples(Split split) => Spread(split == Split.Train ? task.TrainCount : task.TestCount, options.Examples);

    /// <summary>Runs the model on training examples and lets <paramref name="saw"/> look at its layers.</summary>
    internal void Watch(Action<string, nn.Module<Tensor, Tensor>, Tensor, Tensor> saw, CancellationToken cancellation)
    {
        using var watch = new LayerWatch(model, saw);
        Each(Split.Train, Examples(Split.Train), Run, wholeBatches: false, cancellation);
    }

    /// <summary>The name of a layer's weights; null for one that has none.</summary>
    internal string? WeightOf(nn.Module layer) => weights.Value.GetValueOrDefault(layer);

    /// <summary>Gives examples batch by batch to <paramref name="look"/>, without gradients; <paramref name="wholeBatches"/> leaves a smaller rest out.</summary>
    internal void Each(Split split, long[] examples, Action<Batch> look, bool wholeBatches, CancellationToken cancellation)
    {
        using var mode = no_grad();
        for (var first = 0; first < examples.Length; first += batch)
        {
            cancellation.ThrowIfCancellationRequested();
            var count = Math.Min(batch, examples.Length - first);
            // Statistics of a small rest would weigh as much as those of a whole batch.
            if (wholeBatches && first > 0 && count < batch)
            {
                break;
            }

            using var scope = NewDisposeScope();
            look(task.ReadBatch(split, tensor(examples.AsSpan(first, count).ToArray())));
        }
    }

    internal void Run(Batch read) => task.Evaluate(model, read);

    /// <summary>Why a specification written by hand would change what the model computes, a sentence for each tensor; empty when it would not.</summary>
    /// <param name="written">The specification.</param>
    public IReadOnlyList<string> Contradictions(PermutationSpec written) => symmetry?.Contradictions(written) ?? [];

    private bool ReadGraph(ICollection<string> problems)
    {
        using var scope = NewDisposeScope();
        var example = task.ReadBatch(Split.Train, tensor(Spread(task.TrainCount, 2))).Inputs;
        if (ModuleGraph.Read(model, example, problems) is not { } graph)
        {
            return false;
        }

        symmetry = graph.Symmetry;
        Pinned = [.. graph.Opaque.Select(opaque => opaque.ToString()), .. graph.Symmetry.Pinned];
        return true;
    }

    private static double[] Numbers(Tensor values)
    {
        using var wide = values.to_type(ScalarType.Float64).contiguous();
        return System.Runtime.InteropServices.MemoryMarshal.Cast<byte, double>(wide.bytes).ToArray();
    }

    // Evenly spaced: sets that are sorted by class are seen whole.
    private static long[] Spread(int count, int most)
    {
        var taken = Math.Min(count, most);
        return [.. Enumerable.Range(0, taken).Select(i => (long)i * count / taken)];
    }
}

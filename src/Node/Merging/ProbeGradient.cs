using System.Runtime.InteropServices;
using Distributed.Algorithms.Merging;
using Distributed.Algorithms.Merging.Matching;
using Distributed.Algorithms.Tensors;
using Distributed.Node.Data.Random;
using Distributed.Node.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace Distributed.Node.Merging;

/// <summary>
/// The loss of a stored model on a batch of training examples and its gradient, for searches that follow it. Every fifth example is held out: a search
/// that kept what did best on its own batches would keep what was lucky.
/// </summary>
public sealed class ProbeGradient
{
    private const int HeldOutEvery = 5;

    private readonly ModelProbe probe;
    private readonly int batch;
    private readonly long[] followed;
    private readonly long[] heldOut;
    private readonly int seed;
    private long[] order = [];
    private int epoch = -1;

    /// <summary>Begins.</summary>
    /// <param name="probe">What runs the models.</param>
    /// <param name="batch">Examples of a batch.</param>
    /// <param name="seed">Seed of their order.</param>
    public ProbeGradient(ModelProbe probe, int batch, int seed)
    {
        ArgumentNullException.ThrowIfNull(probe);
        ArgumentOutOfRangeException.ThrowIfLessThan(batch, 1);
        (this.probe, this.batch, this.seed) = (probe, batch, seed);
        var all = probe.Examples(Split.Train);
        heldOut = [.. all.Where((_, i) => i % HeldOutEvery == 0)];
        followed = all.Length < HeldOutEvery ? all : [.. all.Where((_, i) => i % HeldOutEvery != 0)];
    }

    /// <summary>Loss and gradient on the batch of a step; every example is seen once an epoch.</summary>
    /// <param name="step">The step, from 0.</param>
    /// <param name="model">The model, the probe's tensors.</param>
    public LossGradient At(int step, TensorSet model)
    {
        probe.Load(model);
        using var scope = NewDisposeScope();
        var losses = probe.Task.Losses(probe.Module, probe.Task.ReadBatch(Split.Train, tensor(Batch(step))));
        var loss = losses.mean();
        var named = probe.Module.named_parameters().ToArray();
        var gradients = autograd.grad([loss], [.. named.Select(pair => (Tensor)pair.parameter)], allow_unused: true);
        var found = named.Zip(gradients).Where(pair => pair.Second is not null).ToArray();
        var result = new TensorSet(new TensorManifest(found.Select(pair => probe.Manifest[pair.First.name])));
        foreach (var ((name, _), gradient) in found)
        {
            gradient.contiguous().bytes.CopyTo(result.Bytes(name));
        }

        return new LossGradient(loss.item<float>(), StoredModel.Of(result, "gradient"));
    }

    /// <summary>The mean loss on the examples that no batch has.</summary>
    /// <param name="model">The model.</param>
    /// <param name="cancellation">Looked at once a batch.</param>
    public double Validate(TensorSet model, CancellationToken cancellation = default) => probe.Score(model, Split.Train, heldOut, cancellation).Loss;

    private long[] Batch(int step)
    {
        var size = Math.Min(batch, followed.Length);
        var batches = followed.Length / size;
        if (step / batches != epoch)
        {
            epoch = step / batches;
            order = [.. followed];
            new RandomStream(seed, RandomPurpose.BatchOrder, epoch).Shuffle<long>(order);
        }

        return order.AsSpan(step % batches * size, size).ToArray();
    }
}

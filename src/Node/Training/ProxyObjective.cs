using System.Runtime.InteropServices;
using Distributed.Algorithms.Tensors;
using Distributed.Node.Data.Random;
using Distributed.Node.Models;
using TorchSharp;
using TorchSharp.Modules;

namespace Distributed.Node.Training;

/// <summary>
/// The mean loss of a flat model on the proxy set and its gradient, with a torch module. The model is in training mode, as in FedLAW's published code:
/// normalisation layers use the batch's own statistics. Batches are shuffled anew in each epoch, by (seed, round, epoch). For one thread.
/// </summary>
internal sealed class ProxyObjective : IProxyTrainer
{
    private readonly ProxySet proxy;
    private readonly torch.nn.Module model;
    private readonly ModelState state;
    private readonly torch.Tensor[] parameters;
    private readonly (int First, int Count)[] batches;
    private readonly (int Seed, int Round) stream;
    private long[] order;

    /// <summary>Takes the module over until the aggregation is done.</summary>
    /// <param name="proxy">The examples.</param>
    /// <param name="model">The module.</param>
    /// <param name="state">Its tensors.</param>
    /// <param name="batch">Examples of a batch, at least 2.</param>
    /// <param name="seed">The run's seed.</param>
    /// <param name="round">The round.</param>
    /// <exception cref="TrainingFailedException">A parameter is not of single precision.</exception>
    public ProxyObjective(ProxySet proxy, torch.nn.Module model, ModelState state, int batch, int seed, int round)
    {
        (this.proxy, this.model, this.state, stream) = (proxy, model, state, (seed, round));
        if (state.Manifest.FirstOrDefault(entry => entry.IsTrainable && entry.DType != TensorDType.F32) is { } wide)
        {
            throw new TrainingFailedException($"Tensor {wide.Name} is of type {wide.DType}; a proxy set learns in single precision only.");
        }

        parameters = [.. model.named_parameters().Select(pair => (torch.Tensor)pair.parameter)];
        batches = Cut(proxy.Indices.Length, batch);
        order = Array.ConvertAll(proxy.Indices, index => (long)index);
        model.train();
    }

    public int BatchCount => batches.Length;

    public void StartEpoch(int epoch)
    {
        order = Array.ConvertAll(proxy.Indices, index => (long)index);
        new RandomStream(stream.Seed, RandomPurpose.ProxyOrder, stream.Round, 0, epoch).Shuffle<long>(order);
    }

    public double Evaluate(int batch, ReadOnlySpan<float> model, Span<float> gradient)
    {
        state.LoadParameters(MemoryMarshal.AsBytes(model));
        using var scope = torch.NewDisposeScope();
        var loss = Losses(order, batches[batch]).mean();
        var gradients = torch.autograd.grad([loss], parameters, allow_unused: true);
        var at = 0;
        for (var i = 0; i < parameters.Length; i++)
        {
            var part = gradient.Slice(at, (int)parameters[i].numel());
            if (gradients[i] is { } found)
            {
                MemoryMarshal.Cast<byte, float>(found.cpu().contiguous().bytes).CopyTo(part);
            }
            else
            {
                part.Clear();
            }

            at += part.Length;
        }

        return loss.item<float>();
    }

    // In the examples' own order, so that the figure does not depend on the last shuffle.
    public double Loss(ReadOnlySpan<float> model)
    {
        state.LoadParameters(MemoryMarshal.AsBytes(model));
        using var mode = torch.no_grad();
        var sum = 0.0;
        ForEachBatch((losses, _) => sum += losses.sum().item<float>());
        return sum / proxy.Indices.Length;
    }

    public void Recalibrate(Span<byte> state)
    {
        var norms = model.modules().OfType<NormBase>().Where(norm => norm.running_mean is not null).ToList();
        if (norms.Count == 0)
        {
            return;
        }

        this.state.Load(state);
        var momenta = norms.ConvertAll(norm => norm.momentum);
        using var mode = torch.no_grad();
        try
        {
            // A share of 1, 1/2, 1/3 … of each batch is the plain mean; the first replaces what the clients had.
            SetMomentum(norms, 1);
            ForEachBatch((_, batch) => SetMomentum(norms, 1.0 / (batch + 2)));
        }
        finally
        {
            norms.Zip(momenta).ToList().ForEach(pair => pair.First.momentum = pair.Second);
        }

        this.state.Save(state);
    }

    private static void SetMomentum(List<NormBase> norms, double momentum) => norms.ForEach(norm => norm.momentum = momentum);

    private void ForEachBatch(Action<torch.Tensor, int> seen)
    {
        var indices = Array.ConvertAll(proxy.Indices, index => (long)index);
        for (var batch = 0; batch < batches.Length; batch++)
        {
            using var scope = torch.NewDisposeScope();
            seen(Losses(indices, batches[batch]), batch);
        }
    }

    private torch.Tensor Losses(long[] indices, (int First, int Count) batch) =>
        proxy.Task.Losses(model, proxy.Task.ReadBatch(proxy.Split, torch.tensor(indices[batch.First..(batch.First + batch.Count)])));

    // A last batch of one example joins the one before: normalisation over one example is undefined.
    private static (int First, int Count)[] Cut(int examples, int batch)
    {
        var cuts = Enumerable.Range(0, (examples + batch - 1) / batch).Select(i => (First: i * batch, Count: Math.Min(batch, examples - (i * batch)))).ToList();
        if (cuts is [.., var before, { Count: 1 }])
        {
            cuts.RemoveRange(cuts.Count - 2, 2);
            cuts.Add((before.First, before.Count + 1));
        }

        return [.. cuts];
    }
}

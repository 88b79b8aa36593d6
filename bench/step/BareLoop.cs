using Distributed.Node.Engine;
using static TorchSharp.torch;

namespace Distributed.Bench.Step;

/// <summary>The same arithmetic on TorchSharp alone.</summary>
internal static class BareLoop
{
    /// <param name="model">The model.</param>
    /// <param name="threads">Intra-op threads.</param>
    /// <param name="thresholds">Whether freed memory is kept for the next step, as in the product.</param>
    /// <param name="blocks">How many steps.</param>
    public static void Run(Model model, int threads, bool thresholds, Blocks blocks)
    {
        if (thresholds)
        {
            TorchEngine.EnterThread(threads);
        }
        else
        {
            set_num_threads(threads);
            Convolutions.LeaveOutNnpack();
        }

        var module = model.Build();
        // With the convolutions that the product computes with.
        Convolutions.LeaveOutOneDnn(module);
        var optimizer = model.Optimizer(module.parameters());
        var (x, y) = model.Batch();
        while (blocks.Next())
        {
            using var scope = NewDisposeScope();
            optimizer.zero_grad();
            var loss = nn.functional.cross_entropy(module.call(x), y);
            loss.backward();
            optimizer.step();
            loss.item<float>();
        }
    }
}

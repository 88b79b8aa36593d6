namespace TorchSharp.Modules;

public abstract class OptimizerHelper : torch.optim.Optimizer
{
    internal OptimizerHelper()
    {
    }
}

namespace TorchSharp.Modules;

/// <summary>How new layers get their values: the same draws in the same order as python's.</summary>
internal static class Initial
{
    internal static Parameter Uninitialised(long[] size, torch.Device? device, torch.ScalarType? dtype)
    {
        using var memory = torch.empty(size, dtype, device);
        return new Parameter(memory);
    }

    internal static Parameter Filled(long[] size, double value, torch.Device? device, torch.ScalarType? dtype)
    {
        using var memory = torch.full(size, value, dtype ?? torch.get_default_dtype(), device);
        return new Parameter(memory);
    }

    /// <summary>Linear layers and convolutions: Kaiming's uniform distribution with a = sqrt 5, and the same bound for the bias.</summary>
    internal static void LikePython(Parameter weight, Parameter? bias)
    {
        torch.nn.init.kaiming_uniform_(weight, Math.Sqrt(5));
        if (bias is null)
            return;
        var (fanIn, _) = torch.nn.init.CalculateFanInAndFanOut(weight);
        var bound = fanIn > 0 ? 1 / Math.Sqrt(fanIn) : 0;
        torch.nn.init.uniform_(bias, -bound, bound);
    }
}

extern alias packages;

using Distributed.Collectives;

namespace Distributed.Compat.Torch.Tests.Engine;

/// <summary>The adapter for the real TorchSharp, run over compat/Torch: it uses the listed API only.</summary>
internal static class PackagesEngine
{
    internal static ITensorEngine Create() => new packages::Distributed.Adapters.TensorEngine();
}

using System.Globalization;
using System.Runtime.CompilerServices;
using TorchSharp.Native;
using Xunit;
using static TorchSharp.torch;

namespace Distributed.Compat.Torch.Tests.Memory;

public sealed class ResidentMemoryTests
{
    [Fact]
    public void Training_From200To2000Steps_StaysWithin5Megabytes()
    {
        if (!OperatingSystem.IsLinux())
            return;
        var figures = Child.Run("train").Split(' ').Select(f => long.Parse(f, CultureInfo.InvariantCulture)).ToArray();
        var grown = (figures[1] - figures[0]) / 1e6;
        Assert.True(grown <= 5, $"resident memory grew by {grown.ToString("F1", CultureInfo.InvariantCulture)} MB in 1,800 steps");
    }

    [Fact]
    public void Tensors_ForgottenOutsideOfScopes_AreReleasedByTheCollector()
    {
        using var leaf = ones(4);
        Forget(leaf);
        for (var attempt = 0; attempt < 10 && NativeMethods.dt_use_count(leaf.Handle) > 1; attempt++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }
        Assert.Equal(1, NativeMethods.dt_use_count(leaf.Handle));
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Forget(Tensor leaf)
    {
        for (var i = 0; i < 20; i++)
            _ = leaf.alias();
    }
}

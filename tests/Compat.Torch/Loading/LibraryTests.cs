using System.Reflection;
using System.Runtime.Intrinsics.X86;
using TorchSharp.Native;
using Xunit;

namespace Distributed.Compat.Torch.Tests.Loading;

public sealed class LibraryTests
{
    [Fact]
    public void Process_WithoutATensor_NeverLoadsLibtorch()
    {
        if (OperatingSystem.IsLinux())
            Assert.Equal("cpu Float32 1.5 without libtorch", Child.Run("idle").Trim());
    }

    [Fact]
    public void Library_ThatIsMissing_IsAnErrorThatSaysWhatToType()
    {
        var text = Child.Run("touch", ("DISTRIBUTED_NATIVE", "/nowhere/libdistributed_native.so"));
        Assert.Contains("/nowhere/libdistributed_native.so", text, StringComparison.Ordinal);
        Assert.Contains("apt-get install libtorch-dev", text, StringComparison.Ordinal);
        Assert.Contains("native/build.sh", text, StringComparison.Ordinal);
    }

    [Fact]
    public void MallocThresholds_TurnedOff_ChangeNothingElse() =>
        Assert.Equal("fine", Child.Run("touch", ("DISTRIBUTED_MALLOC_DEFAULTS", "1")).Trim());

    [Fact]
    public void OpenBlas_OlderThanTheProcessor_ComputesWithAvx()
    {
        var blas = Child.Run("blas");
        if (blas.Contains("OpenBLAS", StringComparison.Ordinal) && Avx2.IsSupported)
            Assert.DoesNotMatch("Prescott|Core2|Nehalem|Opteron", blas);
    }

    [Fact]
    public void OpenBlas_KernelsNamedByTheUser_AreTaken()
    {
        var named = Environment.GetEnvironmentVariable("OPENBLAS_CORETYPE") is { Length: > 0 } set ? set : "Haswell";
        var blas = Child.Run("blas", ("OPENBLAS_CORETYPE", named));
        if (blas.Contains("DYNAMIC_ARCH", StringComparison.Ordinal) && Avx2.IsSupported)
            Assert.Contains(named, blas, StringComparison.OrdinalIgnoreCase);
    }

    /// <summary>Boxed calls are checked at run time only, so that every name and overload in use is checked here.</summary>
    [Fact]
    public void Operators_InUse_AreThoseOfTheInstalledLibtorch()
    {
        var missing = typeof(Ops).GetFields(BindingFlags.Static | BindingFlags.NonPublic).Where(f => (nint)f.GetValue(null)! == 0).Select(f => f.Name).ToArray();
        // One operator has two names: before 2.0 and since.
        Assert.Single(missing, name => name is nameof(Ops.Attention) or nameof(Ops.Attention113));
        Assert.Single(missing);
    }

    [Fact]
    public void Schema_OfAnOperator_CanBeRead() =>
        Assert.StartsWith("aten::relu(Tensor self) -> Tensor", Op.Schema(Op.Find("relu")), StringComparison.Ordinal);
}

using System.Diagnostics;
using Distributed.Algorithms.Tensors;
using Distributed.Cli.Output;

namespace Distributed.Cli.Tests.Merging;

public sealed class MergeUsageTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task Output_ThatIsAPipe_IsRefusedBeforeTheWork()
    {
        Write("a", 1);
        using var made = Process.Start("mkfifo", At("pipe.svg"));
        await made.WaitForExitAsync();
        foreach (var arguments in (string[][])[["-o", At("pipe.svg")], ["-o", At("out"), "--plot", At("pipe.svg")]])
        {
            var ended = await Invocation.RunAsync(["merge", At("a.safetensors"), At("a.safetensors"), "--method", "linear", .. arguments]);
            Assert.Equal(ExitCode.Usage, ended.ExitCode);
            Assert.Contains("device or a pipe", ended.Error, StringComparison.Ordinal);
        }

        Assert.Equal(2, Directory.GetFileSystemEntries(folder.Path).Length);
    }

    [Theory]
    [InlineData("ties", "density=0", "must be above 0 and at most 1, got 0")]
    [InlineData("della", "density=1", "must be above 0 and below 1, got 1")]
    [InlineData("ema", "decay=1", "must be at least 0 and below 1, got 1")]
    public async Task Parameter_AtAnOpenEnd_IsToldAsOne(string method, string set, string said)
    {
        Write("a", 1);
        string[] origin = method == "ema" ? [] : ["--base", At("a.safetensors")];
        var ended = await Invocation.RunAsync(
            ["merge", At("a.safetensors"), At("a.safetensors"), "--method", method, "--set", set, "-o", At("out"), .. origin]);
        Assert.Equal(ExitCode.Usage, ended.ExitCode);
        Assert.Contains(said, ended.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("linear")]
    [InlineData("weight-matching")]
    public async Task Models_OfQuantisedNumbers_AreRefusedByEveryKindOfMethod(string method)
    {
        foreach (var (i, name) in new[] { "a", "b" }.Index())
        {
            var mlp = ModelFiles.Mlp(1);
            var model = new TensorSet(new TensorManifest([.. mlp.Manifest, new("q.weight", TensorDType.I8, [2, 2]), new("q.weight_scale", TensorDType.F32, [1])]));
            mlp.Data.CopyTo(model.Data);
            model.Bytes("q.weight").Fill((byte)i);
            ModelFiles.Write(At($"{name}.safetensors"), model);
        }

        string[] spec = method == "linear" ? [] : ["--spec", folder.Write("spec.yaml", ModelFiles.MlpSpec)];
        var ended = await Invocation.RunAsync(["merge", At("a.safetensors"), At("b.safetensors"), "--method", method, "-o", At("c"), "--format", "json", .. spec]);
        Assert.Equal(ExitCode.Refused, ended.ExitCode);
        Assert.Contains("Tensor 'q.weight' holds quantised numbers (I8 with 'q.weight_scale')", ended.Error, StringComparison.Ordinal);
        Assert.False(File.Exists(At("c")));
    }

    private string At(string name) => Path.Combine(folder.Path, name);

    private void Write(string name, float value) => ModelFiles.Write(At($"{name}.safetensors"), ("w", [1], [value]));
}

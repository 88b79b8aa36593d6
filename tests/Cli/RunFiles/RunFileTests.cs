using System.Text;
using Distributed.Cli.RunFiles;
using Distributed.Protocols.Runs;

namespace Distributed.Cli.Tests.RunFiles;

public sealed class RunFileTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void File_WithManyMistakes_ListsThemAllByLineWithTheNearestKey()
    {
        var path = folder.Write("run.yaml", """
            kind: federated
            name: Not A Name
            round: 20
            data: { source: glyphs, clients: ten }
            model: mlp
            training: { epoch: 1, batch: 0 }
            """);
        var file = Load(path, ["cohort.quorm=1", "seed"]);
        Assert.Null(file.Spec);
        Assert.Equal(
            [
                "--set cohort.quorm: unknown key; did you mean 'quorum'?",
                "--set seed: expected KEY=VALUE, such as --set training.epochs=2",
                $"{path}: rounds: is required (must be from 1 to 1000000)",
                $"{path}:2: name: must match [a-z0-9-]{{1,63}}, got \"Not A Name\"",
                $"{path}:3: round: unknown key; did you mean 'rounds'?",
                $"{path}:4: data.clients: expected a whole number, got \"ten\"",
                $"{path}:5: model: expected a mapping with a name, such as {{ name: … }}, got \"mlp\"",
                $"{path}:6: training.batch: must be from 1 to 1000000, got 0",
                $"{path}:6: training.epoch: unknown key; did you mean 'epochs'?",
            ],
            file.Mistakes.Select(mistake => mistake.ToString()).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Layers_LieOverEachOther_AndSayWhereAValueCameFrom()
    {
        var path = folder.Write("run.yaml", Samples.Small);
        var file = RunFile.Load(
            path,
            ["seed=7", "model={name: linear}", "data.path=/a dir: with #signs"],
            [new("DIST_RUN__training__epochs", "3"), new("DIST_RUN__seed", "5"), new("OTHER", "x")],
            []);
        Assert.Empty(file.Mistakes);
        Assert.Equal(7, file.Spec!.Seed);
        Assert.Equal(3, file.Spec.Training.Epochs);
        Assert.Equal("linear", file.Spec.Model.Name);
        Assert.Empty(file.Spec.Model.Parameters);
        Assert.Equal("/a dir: with #signs", file.Spec.Data.Path);

        var origins = file.Effective().ToDictionary(entry => entry.Path, entry => entry.Origin.ToString());
        Assert.Equal("--set seed", origins["seed"]);
        Assert.Equal("--set model", origins["model.name"]);
        Assert.Equal("DIST_RUN__training__epochs", origins["training.epochs"]);
        Assert.Equal($"{path}:3", origins["rounds"]);
        Assert.Equal("default", origins["cohort.quorum"]);
    }

    [Fact]
    public void Set_BelowAValueThatIsNoMapping_IsAMistake()
    {
        var file = Load(folder.Write("run.yaml", Samples.Small), ["rounds.x=1"]);
        Assert.Equal("--set rounds.x: rounds is 3, not a mapping that has keys", Assert.Single(file.Mistakes).ToString());
    }

    [Theory]
    [InlineData("auto")]
    [InlineData("cpu")]
    [InlineData("cuda:1")]
    [InlineData("mps")]
    public void Set_Device_IsTheRunsDevice(string device)
    {
        Assert.Equal("auto", Load(folder.Write("run.yaml", Samples.Small), []).Spec!.Device);
        Assert.Equal(device, Load(folder.Write("run.yaml", Samples.Small), [$"device={device}"]).Spec!.Device);
    }

    [Theory]
    [InlineData("gpu")]
    [InlineData("cuda")]
    [InlineData("cuda:-1")]
    public void Set_DeviceOfNoKind_IsAMistakeWithWhatIsValid(string device) => Assert.Equal(
        $"--set device: must match auto|cpu|cuda:[0-9]{{1,2}}|mps, got \"{device}\"",
        Assert.Single(Load(folder.Write("run.yaml", Samples.Small), [$"device={device}"]).Mistakes).ToString());

    [Theory]
    [InlineData("utf-8", "\n")]
    [InlineData("utf-8", "\r\n")]
    [InlineData("utf-16", "\n")]
    [InlineData("utf-16BE", "\r\n")]
    public void File_WithAByteOrderMark_IsReadAsWithout(string encoding, string lineEnd)
    {
        var path = Path.Combine(folder.Path, "marked.yaml");
        var text = Encoding.GetEncoding(encoding);
        File.WriteAllBytes(path, [.. text.GetPreamble(), .. text.GetBytes(Samples.Small.ReplaceLineEndings(lineEnd))]);

        Assert.Empty(Load(path, []).Mistakes);
    }

    [Fact]
    public void File_ThatIsNone_SaysWhy()
    {
        Assert.Equal("no such file", Assert.Single(Load(Path.Combine(folder.Path, "absent.yaml"), []).Mistakes).Message);
        Assert.Equal("is a folder", Assert.Single(Load(folder.Path, []).Mistakes).Message);
        var large = folder.Write("large.yaml", new string('#', RunSpecJson.MaximumBytes + 1));
        Assert.Contains("longer than a run file", Assert.Single(Load(large, []).Mistakes).Message, StringComparison.Ordinal);
        var binary = Path.Combine(folder.Path, "binary.yaml");
        File.WriteAllBytes(binary, [0xff, 0x00, 0x80]);
        Assert.Contains("UTF-8", Assert.Single(Load(binary, []).Mistakes).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void File_WithoutEnd_IsReadUpToTheLimitOnly() =>
        Assert.Contains("longer than a run file", Assert.Single(Load("/dev/zero", []).Mistakes).Message, StringComparison.Ordinal);

    private static RunFile Load(string path, string[] sets) => RunFile.Load(path, sets, [], []);
}

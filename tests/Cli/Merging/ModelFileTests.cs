using Distributed.Algorithms.Tensors;
using Distributed.Cli.Merging;

namespace Distributed.Cli.Tests.Merging;

public sealed class ModelFileTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData("model.safetensors.index.json")]
    [InlineData("")]
    public void Open_IndexOrItsFolder_IsOneModel(string name)
    {
        WriteShards();
        // What else lies there does not matter.
        ModelFiles.Write(At("merged.safetensors"), ("x", [1], [7]));

        using var model = ModelFile.Open(Path.Combine(folder.Path, name));

        Assert.Equal(["x", "y", "z"], model.Manifest.Select(entry => entry.Name));
        Assert.Equal([3, 4, 5], model.Load().Values<float>("y").ToArray());
        // Across the files, from the middle of one to the middle of the other.
        var bytes = model.Read(4, new byte[12]);
        Assert.Equal([2f, 3, 4], System.Runtime.InteropServices.MemoryMarshal.Cast<byte, float>(bytes).ToArray());
        Assert.Null(model.Note);
    }

    [Fact]
    public void Open_FolderWithOneFile_IsThatModel()
    {
        ModelFiles.Write(At("anything.safetensors"), ("x", [1], [7]));
        using var model = ModelFile.Open(folder.Path);
        Assert.Equal([7], model.Load().Values<float>("x").ToArray());
    }

    [Fact]
    public void Open_OneShardOfSeveral_SaysSo()
    {
        WriteShards();
        using var model = ModelFile.Open(At("model-00001-of-00002.safetensors"));
        Assert.EndsWith("is one of 2 shards of a model; name its folder for the whole of it", model.Note, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{ "weight_map": { "x": "model-00001-of-00002.safetensors", "y": "absent.safetensors" } }""", "'absent.safetensors'")]
    [InlineData("""{ "weight_map": { "x": "model-00002-of-00002.safetensors" } }""", "Tensor 'x': the index says")]
    [InlineData("""{ "weight_map": { "w": "model-00001-of-00002.safetensors" } }""", "Tensor 'w': the index says")]
    [InlineData("""{ "weight_map": { "x": "../model.safetensors" } }""", "no file beside it")]
    [InlineData("""{ "weight_map": { "x": 3 } }""", "no file beside it")]
    [InlineData("""{ "weight_map": { "x": "model-00001-of-00002.safetensors", "z": "again.safetensors" } }""", "Tensor 'x': it lies in")]
    [InlineData("""{ "weight_map": {} }""", "no 'weight_map'")]
    [InlineData("""{ "architectures": ["A"] }""", "no 'weight_map'")]
    [InlineData("[1", "not valid JSON")]
    [InlineData("""{ "weight_map": { "x": "pointer.safetensors" } }""", "pointer.safetensors: This is a Git LFS pointer")]
    public void Open_IndexThatDoesNotFit_IsRefusedByName(string index, string said)
    {
        WriteShards();
        ModelFiles.Write(At("again.safetensors"), ("x", [1], [7]));
        folder.Write("pointer.safetensors", "version https://git-lfs.github.com/spec/v1\n");
        var path = folder.Write("model.safetensors.index.json", index);
        Assert.Contains(said, Assert.Throws<SafetensorsException>(() => ModelFile.Open(path)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", "no safetensors file.")]
    [InlineData("pytorch_model.bin", "only others ('pytorch_model.bin')")]
    [InlineData("model-00001-of-00002.safetensors", "no index of them")]
    [InlineData("a.safetensors b.safetensors", "several models; name one of 'a.safetensors', 'b.safetensors'")]
    public void Open_FolderWithoutOneModel_SaysWhatIsThere(string files, string said)
    {
        foreach (var file in files.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            folder.Write(file, "");
        }

        Assert.Contains(said, Assert.Throws<SafetensorsException>(() => ModelFile.Open(folder.Path)).Message, StringComparison.Ordinal);
    }

    private string At(string name) => Path.Combine(folder.Path, name);

    private void WriteShards()
    {
        ModelFiles.Write(At("model-00001-of-00002.safetensors"), ("x", [2], [1, 2]));
        ModelFiles.Write(At("model-00002-of-00002.safetensors"), ("y", [3], [3, 4, 5]), ("z", [1], [6]));
        folder.Write("model.safetensors.index.json", """
            { "metadata": { "total_size": 24 }, "weight_map": {
              "x": "model-00001-of-00002.safetensors", "y": "model-00002-of-00002.safetensors", "z": "model-00002-of-00002.safetensors" } }
            """);
    }
}

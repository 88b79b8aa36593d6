using System.Collections.Immutable;
using Distributed.Algorithms.Merging;
using Distributed.Algorithms.Tensors;
using Distributed.Cli.Artifacts;

namespace Distributed.Cli.Merging;

/// <summary>The models of a merge, opened: headers read and checked, data untouched.</summary>
internal sealed class MergeFiles : IDisposable
{
    private readonly List<ModelFile> opened = [];

    private MergeFiles()
    {
    }

    /// <summary>The models in the user's order.</summary>
    public ImmutableArray<ModelFile> Models { get; private set; } = [];

    /// <summary>The base, where there is one.</summary>
    public ModelFile? Base { get; private set; }

    /// <summary>How much the models' numbers matter, one for each model or none.</summary>
    public ImmutableArray<ModelFile> Importance { get; private set; } = [];

    /// <summary>The free strings of the first model, which the merged one carries on.</summary>
    public IReadOnlyDictionary<string, string> Metadata => Models[0].Metadata;

    /// <summary>Things to know of the files, a sentence each.</summary>
    public IEnumerable<string> Notes => opened.Select(file => file.Note).OfType<string>().Distinct();

    /// <summary>The first input that a file is, under whichever name; null when it is none.</summary>
    /// <param name="output">The file.</param>
    public string? Holding(string output) =>
        opened.SelectMany(file => file.Files).FirstOrDefault(input => OutputPath.Real(input) == OutputPath.Real(output));

    /// <summary>Opens everything that the request names; null when one cannot be taken.</summary>
    /// <param name="request">The request.</param>
    /// <param name="fault">Names every file that cannot be taken, and why.</param>
    public static MergeFiles? Open(MergeRequest request, out MergeFault? fault)
    {
        var files = new MergeFiles();
        var (missing, refused) = (new List<string>(), new List<string>());
        files.Models = [.. request.Models.Select(files.TryOpen(missing, refused)).OfType<ModelFile>()];
        files.Base = request.Base is null ? null : files.TryOpen(missing, refused)(request.Base);
        files.Importance = [.. request.Importance.Select(files.TryOpen(missing, refused)).OfType<ModelFile>()];
        fault = missing.Count > 0 ? MergeFault.Usage([.. missing, .. refused])
            : refused.Count > 0 ? MergeFault.Refused("MODEL_FORMAT", refused)
            : null;
        if (fault is null)
        {
            return files;
        }

        files.Dispose();
        return null;
    }

    /// <summary>The input of a tensor merger.</summary>
    /// <param name="request">Weights and what happens to tensors that do not fit.</param>
    /// <param name="score">The score, where the method needs one.</param>
    public MergeInput ToInput(MergeRequest request, ModelScore? score)
    {
        MergeSource Source(ModelFile file, int index) => new(file.Path, file.Manifest, file)
        {
            Weight = request.Weights.IsEmpty ? 1 : request.Weights[index],
            Importance = Importance.IsEmpty ? null : new MergeSource(Importance[index].Path, Importance[index].Manifest, Importance[index]),
        };
        return new MergeInput
        {
            Models = [.. Models.Select(Source)],
            Base = Base is { } file ? new MergeSource(file.Path, file.Manifest, file) : null,
            Mismatch = request.Mismatch,
            Score = score,
            Limits = new() { Parallelism = request.Threads },
        };
    }

    /// <inheritdoc />
    public void Dispose() => opened.ForEach(file => file.Dispose());

    private Func<string, ModelFile?> TryOpen(List<string> missing, List<string> refused) => path =>
    {
        try
        {
            opened.Add(ModelFile.Open(path));
            return opened[^1];
        }
        catch (SafetensorsException error)
        {
            refused.Add($"{path}: {error.Message}");
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            missing.Add($"{path}: {(File.Exists(path) || Directory.Exists(path) ? error.Message : "no such file")}");
        }

        return null;
    };
}

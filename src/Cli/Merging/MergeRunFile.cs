using System.Text.Json;
using System.Text.Json.Nodes;
using Distributed.Cli.Output;
using Distributed.Cli.RunFiles;
using Distributed.Node.Training;
using Distributed.Protocols.Runs;

namespace Distributed.Cli.Merging;

/// <summary>The run that models come from: a run file, or what a run's own folder says.</summary>
internal static class MergeRunFile
{
    /// <summary>Files of a run's folder that hold its specification.</summary>
    private static readonly string[] Beside = ["run.json", "summary.json"];

    /// <summary>Reads a run file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="dataPath">Folder of the data, where it is not the one that the file names.</param>
    /// <param name="terminal">Whose environment is laid over it.</param>
    /// <param name="plugins">The user's own tasks.</param>
    /// <param name="mistakes">Receives every mistake.</param>
    public static RunSpec? Read(string path, string? dataPath, Terminal terminal, NodePlugins plugins, ICollection<string> mistakes)
    {
        var file = RunFileReading.Read(path, dataPath is null ? [] : [$"data.path={dataPath}"], terminal, plugins);
        foreach (var mistake in file.Mistakes)
        {
            mistakes.Add(mistake.ToString());
        }

        return file.Spec;
    }

    /// <summary>What the folder of a model says of its run.</summary>
    /// <param name="model">The model's file or folder.</param>
    /// <param name="dataPath">Folder of the data, where it is not the one that the run used.</param>
    /// <param name="mistakes">Receives what is wrong with a file that is there.</param>
    /// <returns>The run, or null where the folder says nothing.</returns>
    public static RunSpec? ReadBeside(string model, string? dataPath, ICollection<string> mistakes)
    {
        var folder = Directory.Exists(model) ? Path.GetFullPath(model) : Path.GetDirectoryName(Path.GetFullPath(model))!;
        if (Beside.Select(name => Path.Combine(folder, name)).FirstOrDefault(File.Exists) is not { } path)
        {
            return null;
        }

        var problems = new List<SpecProblem>();
        var spec = Specification(path) is { } json ? RunSpecJson.Parse(json, problems) : null;
        if (spec is null)
        {
            mistakes.Add($"{path}: is no specification of a run{string.Concat(problems.Take(1).Select(problem => $" ({problem})"))}; name one with --run FILE");
            return null;
        }

        return dataPath is null ? spec : spec with { Data = spec.Data with { Path = dataPath } };
    }

    private static string? Specification(string path)
    {
        try
        {
            if (new FileInfo(path).Length > RunSpecJson.MaximumBytes || JsonNode.Parse(File.ReadAllText(path)) is not JsonObject mapping)
            {
                return null;
            }

            // A summary has it as a part.
            return (mapping["spec"] ?? mapping).ToJsonString();
        }
        catch (JsonException)
        {
            return null;
        }
    }
}

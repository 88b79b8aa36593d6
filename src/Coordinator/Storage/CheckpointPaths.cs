using System.Globalization;
using Distributed.Protocols.Identities;

namespace Distributed.Coordinator.Storage;

/// <summary>Names in the checkpoint store.</summary>
internal sealed class CheckpointPaths(string root)
{
    /// <summary>The directory of all runs.</summary>
    public string Root => root;

    /// <summary>A run's directory.</summary>
    public string Run(string runId) => EntityName.IsValid(runId)
        ? Path.Combine(root, runId)
        : throw new ArgumentException("A run's id reached the checkpoint store unchecked.", nameof(runId));

    /// <summary>A version's manifest.</summary>
    public string Manifest(string runId, long version) =>
        Path.Combine(Run(runId), string.Create(CultureInfo.InvariantCulture, $"v{version}.json"));

    /// <summary>A model's file.</summary>
    public string Model(string runId, ContentHash hash) => Path.Combine(Run(runId), hash.Hex + ".safetensors");

    /// <summary>A new name for a model that is being written.</summary>
    public string Partial(string runId, long version) =>
        Path.Combine(Run(runId), string.Create(CultureInfo.InvariantCulture, $".v{version}.{Guid.NewGuid():N}.partial"));

    /// <summary>Files that have no final name.</summary>
    public IEnumerable<string> Leftovers(string runId) =>
        Directory.EnumerateFiles(Run(runId), "*.partial").Concat(Directory.EnumerateFiles(Run(runId), "*.tmp"));

    /// <summary>The versions that have a manifest, ascending.</summary>
    public IReadOnlyList<long> Versions(string runId)
    {
        var directory = Run(runId);
        if (!Directory.Exists(directory))
        {
            return [];
        }

        var versions = new List<long>();
        foreach (var path in Directory.EnumerateFiles(directory, "v*.json"))
        {
            var number = Path.GetFileNameWithoutExtension(path.AsSpan())[1..];
            if (long.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var version))
            {
                versions.Add(version);
            }
        }

        versions.Sort();
        return versions;
    }
}

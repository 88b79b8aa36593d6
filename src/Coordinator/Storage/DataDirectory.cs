using System.Globalization;
using System.Text;

namespace Distributed.Coordinator.Storage;

/// <summary>The coordinator's data directory, held exclusively as long as the process lives.</summary>
internal sealed class DataDirectory : IDisposable
{
    private readonly FileStream held;

    private DataDirectory(string root, FileStream held, long term) => (Root, this.held, Term) = (root, held, term);

    /// <summary>The directory.</summary>
    public string Root { get; }

    /// <summary>Artefacts of the runs.</summary>
    public string Runs => Path.Combine(Root, "runs");

    /// <summary>How often a coordinator was started here: larger than that of every manifest written before (guarantee G5).</summary>
    public long Term { get; }

    /// <summary>Takes the directory and begins a new term.</summary>
    /// <exception cref="CoordinatorStartException">Another coordinator has it, or it cannot be written.</exception>
    public static DataDirectory Open(string path)
    {
        var root = Path.GetFullPath(path);
        try
        {
            Directory.CreateDirectory(Path.Combine(root, "runs"));
            var held = Hold(Path.Combine(root, "lock"), root);
            return new DataDirectory(root, held, NextTerm(Path.Combine(root, "term")));
        }
        catch (Exception error) when (error is UnauthorizedAccessException or IOException)
        {
            throw new CoordinatorStartException($"The data directory {root} cannot be used: {error.Message}", error);
        }
    }

    /// <inheritdoc />
    public void Dispose() => held.Dispose();

    private static FileStream Hold(string file, string root)
    {
        try
        {
            return new FileStream(file, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException error)
        {
            throw new CoordinatorStartException(
                $"Another coordinator uses the data directory {root}. Stop it, or give this one a directory of its own.", error);
        }
    }

    private static long NextTerm(string file)
    {
        var term = 1 + (File.Exists(file) && long.TryParse(File.ReadAllText(file), CultureInfo.InvariantCulture, out var last) ? last : 0);
        var aside = file + ".tmp";
        using (var handle = File.OpenHandle(aside, FileMode.Create, FileAccess.Write))
        {
            RandomAccess.Write(handle, Encoding.ASCII.GetBytes(term.ToString(CultureInfo.InvariantCulture)), 0);
            RandomAccess.FlushToDisk(handle);
        }

        File.Move(aside, file, overwrite: true);
        return term;
    }
}

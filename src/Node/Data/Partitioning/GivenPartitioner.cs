using System.ComponentModel.DataAnnotations;
using System.Globalization;

namespace Distributed.Node.Data.Partitioning;

/// <summary>Parameters of <c>given</c>.</summary>
internal sealed record GivenParameters
{
    /// <summary>A text file on the node: line 1 has the training examples of client 0, line 2 those of client 1, …, as indices with spaces or commas between.</summary>
    /// <value>Required.</value>
    [Required]
    public string Path { get; init; } = "";

    /// <summary>Examples that every client must get. 0: clients without examples train nothing and have weight 0.</summary>
    /// <value>1.</value>
    [Range(0, 1_000_000)]
    public int Minimum { get; init; } = 1;
}

/// <summary>
/// <c>given</c>: the examples of each client as a file lists them. One line for each client; every index is that of a training example, from 0, and stands once at
/// most; examples that no line has are used by nobody.
/// </summary>
internal sealed class GivenPartitioner(GivenParameters parameters) : IPartitioner
{
    private const int MaximumProblems = 10;

    private static readonly char[] Separators = [' ', '\t', ','];

    public int[][]? Deal(IReadOnlyList<int> labels, int clients, int seed, ICollection<string> problems)
    {
        var found = new List<string>();
        try
        {
            var dealt = Read(labels.Count, clients, found);
            if (found.Count == 0)
            {
                return dealt;
            }
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            found.Add($"{parameters.Path}: {(error is FileNotFoundException or DirectoryNotFoundException ? "no such file on this node" : error.Message)}");
        }

        foreach (var problem in found)
        {
            problems.Add("data.partition: " + problem);
        }

        return null;
    }

    private int[][] Read(int examples, int clients, List<string> problems)
    {
        // Also what has no end, such as a device, has no length.
        if (File.Exists(parameters.Path) && new FileInfo(parameters.Path).Length == 0)
        {
            problems.Add($"{parameters.Path}: is empty, expected a line for each of the {clients} clients");
            return [];
        }

        var dealt = new List<int[]>();
        var lineOf = new int[examples];
        foreach (var line in File.ReadLines(parameters.Path))
        {
            dealt.Add(Indices(line, dealt.Count + 1, lineOf, problems));
            if (dealt.Count > clients || problems.Count >= MaximumProblems)
            {
                break;
            }
        }

        if (dealt.Count != clients && problems.Count < MaximumProblems)
        {
            var lines = dealt.Count > clients ? $"more than {clients} lines" : dealt.Count == 1 ? "1 line" : $"{dealt.Count} lines";
            problems.Add($"{parameters.Path}: has {lines}, expected one for each of the {clients} clients (data.clients)");
        }

        return [.. dealt];
    }

    private int[] Indices(string line, int number, int[] lineOf, List<string> problems)
    {
        var where = $"{parameters.Path} line {number}";
        var indices = new List<int>();
        foreach (var word in line.Split(Separators, StringSplitOptions.RemoveEmptyEntries))
        {
            if (ProblemOf(word, number, lineOf, out var index) is { } problem)
            {
                problems.Add($"{where}: {problem}");
                if (problems.Count >= MaximumProblems)
                {
                    return [];
                }
            }
            else
            {
                lineOf[index] = number;
                indices.Add(index);
            }
        }

        if (indices.Count < parameters.Minimum && problems.Count == 0)
        {
            problems.Add(
                $"{where}: client {number - 1} gets {(indices.Count == 0 ? "no examples" : $"{indices.Count} examples")}, expected at least {parameters.Minimum}; "
                + "add some, or set minimum to 0 to allow clients without examples");
        }

        return [.. indices];
    }

    // lineOf: the line that has an example; 0: none yet.
    private static string? ProblemOf(string word, int number, int[] lineOf, out int index) =>
        !int.TryParse(word, NumberStyles.None, CultureInfo.InvariantCulture, out index) ? $"'{Shown(word)}' is not the index of an example"
        : index >= lineOf.Length ? $"index {index} is out of range, there are {lineOf.Length} training examples (0 to {lineOf.Length - 1})"
        : lineOf[index] == number ? $"index {index} stands there twice"
        : lineOf[index] > 0 ? $"index {index} is client {lineOf[index] - 1}'s already (line {lineOf[index]})"
        : null;

    private static string Shown(string word) => string.Concat(word.Take(30).Select(c => char.IsControl(c) ? '?' : c)) + (word.Length > 30 ? "…" : "");
}

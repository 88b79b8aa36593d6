using Distributed.Algorithms;
using Distributed.Cli.Output;
using Distributed.Cli.RunFiles;
using Distributed.Protocols.Runs;

namespace Distributed.Cli.Verbs;

/// <summary>Reads a run file with every check that this program can make before anything starts.</summary>
internal static class RunFileReading
{
    private static readonly Func<RunSpec, IEnumerable<SpecProblem>>[] Checks = [Aggregators];

    /// <summary>The file under the environment and the <c>--set</c> values.</summary>
    public static RunFile Read(string path, string[] sets, Terminal terminal) => RunFile.Load(path, sets, terminal.Environment, Checks);

    private static List<SpecProblem> Aggregators(RunSpec spec)
    {
        var problems = new List<SpecProblem>();
        if (Registry.FindAggregator(spec.Aggregator.Name) is not { } entry)
        {
            problems.Add(new("aggregator.name",
                $"no aggregator is called '{spec.Aggregator.Name}'" + NearestKey.Hint(spec.Aggregator.Name, [.. Registry.Aggregators.Select(known => known.Name)])));
            return problems;
        }

        SpecBinder.Bind(entry.Parameters, spec.Aggregator.Parameters, "aggregator", problems);
        return problems;
    }
}

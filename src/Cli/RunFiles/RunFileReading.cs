using Distributed.Cli.Output;
using Distributed.Cli.RunFiles;
using Distributed.Coordinator.Rounds;
using Distributed.Node.Training;
using Distributed.Protocols.Runs;

namespace Distributed.Cli.RunFiles;

/// <summary>Reads a run file with every check that this program can make before anything starts.</summary>
internal static class RunFileReading
{
    /// <summary>The file under the environment and the <c>--set</c> values.</summary>
    public static RunFile Read(string path, string[] sets, Terminal terminal, NodePlugins plugins) =>
        RunFile.Load(path, sets, terminal.Environment, [spec => Nodes(spec, plugins), Aggregators]);

    private static List<SpecProblem> Nodes(RunSpec spec, NodePlugins plugins)
    {
        var problems = new List<SpecProblem>();
        NodeSpecs.Validate(spec, plugins, problems);
        return problems;
    }

    private static List<SpecProblem> Aggregators(RunSpec spec)
    {
        var problems = new List<SpecProblem>();
        AggregatorChoice.Check(spec, problems);
        return problems;
    }
}

using System.CommandLine;
using Distributed.Cli.Output;
using Distributed.Node.Training;

namespace Distributed.Cli.Verbs;

/// <summary>The command line: one verb a file, all listed here.</summary>
internal static class DistCommand
{
    /// <summary>Runs a command line.</summary>
    /// <param name="args">The words after <c>dist</c>.</param>
    /// <param name="terminal">Where it writes.</param>
    /// <param name="cancellation">Asks it to stop cleanly.</param>
    /// <param name="plugins">The user's own tasks; null: none.</param>
    /// <returns>The <see cref="ExitCode"/>.</returns>
    public static async Task<int> RunAsync(IReadOnlyList<string> args, Terminal terminal, CancellationToken cancellation, NodePlugins? plugins = null)
    {
        var parsed = Create(terminal, plugins ?? NodePlugins.None).Parse(args);
        if (parsed.Errors.Count > 0)
        {
            foreach (var error in parsed.Errors)
            {
                terminal.Complain(error.Message);
            }

            terminal.Error.WriteLine($"Try: {Path(parsed.CommandResult)} --help");
            return ExitCode.Usage;
        }

        var configuration = new InvocationConfiguration
        {
            Output = terminal.Out,
            Error = terminal.Error,
            EnableDefaultExceptionHandler = false,
            ProcessTerminationTimeout = null,
        };
        return await parsed.InvokeAsync(configuration, cancellation);
    }

    private static RootCommand Create(Terminal terminal, NodePlugins plugins) => new("Trains PyTorch models on many machines: federated rounds under one coordinator.")
    {
        SimulateVerb.Create(terminal, plugins),
        CoordinatorVerb.Create(terminal),
        NodeVerb.Create(terminal, plugins),
        RunVerb.Create(terminal, plugins),
        StatusVerb.Create(terminal),
        LsVerb.Create(terminal),
        RunOrder.Stop(terminal),
        RunOrder.Resume(terminal),
        ReportVerb.Create(terminal),
        MergeVerb.Create(terminal, plugins),
        GenerateVerb.Create(terminal, plugins),
        VerifyVerb.Create(terminal),
        ProvisionVerb.Create(terminal),
        CheckVerb.Create(terminal),
        ConfigVerb.Create(terminal, plugins),
    };

    private static string Path(System.CommandLine.Parsing.CommandResult command) => command.Parent is System.CommandLine.Parsing.CommandResult parent
        ? $"{Path(parent)} {command.Command.Name}"
        : "./dist";
}

using Distributed.Algorithms.Merging;
using Distributed.Algorithms.Merging.Methods;
using Distributed.Algorithms.Merging.Permutations;
using Distributed.Algorithms.Tensors;
using Distributed.Cli.Checks;
using Distributed.Cli.Output;
using Distributed.Node.Merging;
using Distributed.Node.Training;
using Distributed.Protocols.Runs;

namespace Distributed.Cli.Merging;

/// <summary>What a merge looks at beside the models.</summary>
/// <param name="Probe">The run's model and examples; null where nobody asked for them.</param>
/// <param name="Spec">The permutation specification; null where no units are matched.</param>
internal sealed record MergeContext(ModelProbe? Probe, PermutationSpec? Spec);

/// <summary>The models of a merge with all that is known of them.</summary>
/// <param name="Request">What was asked for.</param>
/// <param name="Method">The method.</param>
/// <param name="Parameters">Its parameters.</param>
/// <param name="Files">The files.</param>
internal sealed record MergeSubject(MergeRequest Request, MergeMethod Method, object Parameters, MergeFiles Files)
{
    /// <summary>Whether the run's examples are looked at whatever else there is.</summary>
    private bool NeedsData => Method.NeedsData || Request.Barrier || Request.Plot is not null || Request.Repair is not (null or "none");

    /// <summary>
    /// Finds the specification (<c>--spec</c>, <c>--run</c>, the run's folder, in this order) and opens the run's model and data where they are needed.
    /// </summary>
    /// <param name="terminal">Whose environment is laid over a run file.</param>
    /// <param name="plugins">The user's own tasks.</param>
    /// <param name="fault">Why not.</param>
    public MergeContext? Open(Terminal terminal, NodePlugins plugins, out MergeFault? fault)
    {
        fault = null;
        var mistakes = new List<string>();
        var spec = Request.Spec is { } path ? SpecFile.Read(path, Files.Models[0].Manifest, mistakes) : null;
        var run = Request.Run is { } file ? MergeRunFile.Read(file, Request.DataPath, terminal, plugins, mistakes)
            : NeedsData || (Method.Matches && Request.Spec is null) ? MergeRunFile.ReadBeside(Request.Models[0], Request.DataPath, mistakes)
            : null;
        if (mistakes.Count > 0)
        {
            fault = MergeFault.Usage(mistakes);
            return null;
        }

        if (run is null)
        {
            fault = Missing();
            return fault is null ? new(null, spec) : null;
        }

        return Probe(run, plugins, spec, out fault);
    }

    /// <summary>Whether the share of the old model is to be chosen: nobody set it.</summary>
    public bool ChoosesAlpha => Parameters is BcwiParameters { Variant: BcwiVariant.Plain } && Files.Models.Length == 2
        && !Request.Set.Any(set => set.StartsWith("alpha=", StringComparison.Ordinal));

    /// <summary>The merge of a tensor method, checked.</summary>
    /// <param name="score">The score, where the method chooses by one.</param>
    public MergePlan Plan(ModelScore? score) => ModelMerge.Plan(Method.Merger!, (MergerParameters)Parameters, Files.ToInput(Request, score));

    /// <summary>Why the merged model must not be written: a shard of it would take the place of an input.</summary>
    /// <param name="merged">The merged model's tensors.</param>
    public MergeFault? Shadowed(TensorManifest merged) =>
        ShardLayout.Of(Request.Output, merged, Request.ShardBytes).Select(shard => (shard.Name, Input: Files.Holding(shard.Name))).FirstOrDefault(shard => shard.Input is not null) is { Input: { } input, Name: var name }
            ? MergeFault.Usage($"The output {name} is the input {input}; give it another name.")
            : null;

    private MergeFault? Missing() =>
        NeedsData ? MergeFault.Usage($"{Why()} needs the run's examples: --run FILE names the run, --data-path DIR its data; no run.json lies beside {Request.Models[0]}.")
        : Method.Matches && Request.Spec is null ? MergeFault.Usage(
            $"{Method.Name} must know which axes belong to the same units: --spec FILE, or --run FILE of the run; no run.json lies beside {Request.Models[0]}.")
        : null;

    private string Why() => Method.NeedsData ? Method.Name
        : Request.Plot is not null ? "--plot" : Request.Barrier ? "--barrier" : $"--repair {Request.Repair}";

    private MergeContext? Probe(RunSpec run, NodePlugins plugins, PermutationSpec? spec, out MergeFault? fault)
    {
        if (Machine.Engine().FirstOrDefault(finding => finding.Standing == Standing.Missing) is { } missing)
        {
            fault = new MergeFault(ExitCode.Failed, "ENGINE", [$"{missing.Value} Install it with: {missing.Remedy}"]);
            return null;
        }

        var problems = new List<string>();
        var probe = ModelProbe.Open(run, plugins, new ProbeOptions { Examples = Request.Examples, Threads = Request.Threads }, problems);
        fault = probe is null ? MergeFault.Usage([.. problems.Select(problem => $"{Request.Run ?? "run.json"}: {problem}")]) : null;
        if (probe is not null && spec is not null && probe.Contradictions(spec) is { Count: > 0 } contradictions)
        {
            fault = MergeFault.Refused("SPEC", [.. contradictions.Select(line => $"{Request.Spec}: {line}")]);
        }

        if (fault is null)
        {
            return new(probe, Method.Matches ? spec ?? probe!.Spec : null);
        }

        probe?.Dispose();
        return null;
    }
}
